// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/axis.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "driver/error.hpp"

namespace hbm::vision {

Interpolation interpolation_from_name(std::string_view name) {
  if (name == "nearest") {
    return Interpolation::kNearest;
  }
  if (name == "bilinear") {
    return Interpolation::kBilinear;
  }
  if (name == "box") {
    return Interpolation::kBox;
  }
  throw ValueError("unknown interpolation '" + std::string(name) + "' (known: nearest, bilinear, box)");
}

void Axis::set(const Span& span, std::int32_t sample_count, std::int32_t target_count, Interpolation interpolation) {
  begin_ = std::clamp(static_cast<std::int32_t>(std::floor(span.begin)), 0, sample_count - 1);
  end_ = std::clamp(static_cast<std::int32_t>(std::ceil(span.end)), begin_ + 1, sample_count);
  first_.resize(static_cast<std::size_t>(target_count));
  const double begin = span.begin - begin_;
  const double step = (span.end - span.begin) / target_count;
  if (interpolation == Interpolation::kNearest) {
    set_nearest(begin, step);
  } else if (interpolation == Interpolation::kBox && step > 1) {
    set_box(begin, step);
  } else {
    set_bilinear(begin, step);
  }
  settle();
}

void Axis::set_nearest(double begin, double step) {
  taps_ = 1;
  weights_.assign(first_.size(), kOne);
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const double center = begin + (static_cast<double>(i) + 0.5) * step;
    first_[i] = std::clamp(static_cast<std::int32_t>(std::floor(center)), 0, end_ - begin_ - 1);
  }
}

void Axis::set_bilinear(double begin, double step) {
  const std::int32_t last = end_ - begin_ - 1;
  taps_ = std::min(2, last + 1);
  weights_.assign(first_.size() * static_cast<std::size_t>(taps_), 0);
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const double position =
        std::clamp(begin + (static_cast<double>(i) + 0.5) * step - 0.5, 0.0, static_cast<double>(last));
    // Computed in 256ths of a sample, so that a pair is read only if its second weight is not zero.
    const auto fixed = static_cast<std::int32_t>(std::lround(position * kOne));
    const std::int32_t left = std::min(fixed / kOne, std::max(last - 1, 0));
    first_[i] = left;
    if (taps_ == 1) {
      weights_[i] = kOne;
    } else {
      weights_[2 * i + 1] = static_cast<std::uint16_t>(fixed - left * kOne);
      weights_[2 * i] = static_cast<std::uint16_t>(kOne - weights_[2 * i + 1]);
    }
  }
}

void Axis::set_box(double begin, double step) {
  const std::int32_t samples = end_ - begin_;
  taps_ = std::min(static_cast<std::int32_t>(std::ceil(step)) + 1, samples);
  weights_.assign(first_.size() * static_cast<std::size_t>(taps_), 0);
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const double from = begin + static_cast<double>(i) * step;
    const double to = from + step;
    const std::int32_t first = std::clamp(static_cast<std::int32_t>(std::floor(from)), 0, samples - taps_);
    first_[i] = first;
    // Rounding the running sum, not each weight, keeps the total at one.
    std::int32_t given = 0;
    for (std::int32_t tap = 0; tap < taps_; ++tap) {
      const double covered = std::clamp((first + tap + 1 - from) / (to - from), 0.0, 1.0);
      const auto total = static_cast<std::int32_t>(std::lround(covered * kOne));
      weights_[i * static_cast<std::size_t>(taps_) + static_cast<std::size_t>(tap)] =
          static_cast<std::uint16_t>(total - given);
      given = total;
    }
    weights_[(i + 1) * static_cast<std::size_t>(taps_) - 1] += static_cast<std::uint16_t>(kOne - given);
  }
}

void Axis::settle() {
  // If every target is exactly one sample (equal sizes, odd whole ratios), the others need not be read.
  const bool single = [this] {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] != 0 && weights_[i] != kOne) {
        return false;
      }
    }
    return true;
  }();
  if (single && taps_ > 1) {
    const auto taps = static_cast<std::size_t>(taps_);
    for (std::size_t i = 0; i < first_.size(); ++i) {
      const auto begin = weights_.begin() + static_cast<std::ptrdiff_t>(i * taps);
      first_[i] += static_cast<std::int32_t>(std::find(begin, begin + taps_, kOne) - begin);
    }
    taps_ = 1;
    weights_.assign(first_.size(), kOne);
  }
  identity_ = taps_ == 1 && count() == end_ - begin_;
  for (std::int32_t i = 0; identity_ && i < count(); ++i) {
    identity_ = first_[static_cast<std::size_t>(i)] == i;
  }
}

}  // namespace hbm::vision
