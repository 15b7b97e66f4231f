// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/plane_sampler.hpp"

#include <libyuv.h>

#include <algorithm>
#include <cstring>

namespace hbm::vision {
namespace {

constexpr std::int32_t kRound = Axis::kOne / 2;

// The loops below are written so that the compiler can vectorize them: one simple operation each, no aliases.

/// Collects `kBytes` from each offset on; from the last ones, `safe_count` and up, only the `read_bytes` that are
/// there.
template <int kBytes>
void gather(const std::uint8_t* __restrict line, const std::int32_t* __restrict offsets, std::int32_t count,
            std::int32_t safe_count, std::int32_t read_bytes, std::uint8_t* __restrict out) {
  const std::int32_t whole = read_bytes < kBytes ? safe_count : count;
  for (std::int32_t i = 0; i < whole; ++i) {
    std::memcpy(out + i * kBytes, line + offsets[i], kBytes);
  }
  for (std::int32_t i = whole; i < count; ++i) {
    std::memcpy(out + i * kBytes, line + offsets[i], static_cast<std::size_t>(read_bytes));
  }
}

void blend(const std::uint8_t* __restrict left, const std::uint8_t* __restrict right,
           const std::uint16_t* __restrict weights, std::uint8_t* __restrict out, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) {
    const auto sum = static_cast<std::uint16_t>(left[i] * Axis::kOne + (right[i] - left[i]) * weights[i] + kRound);
    out[i] = static_cast<std::uint8_t>(sum >> 8);
  }
}

/// The same where left and right lie side by side, the left one in the lower byte.
void blend_neighbors(const std::uint16_t* __restrict pairs, const std::uint16_t* __restrict weights,
                     std::uint8_t* __restrict out, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t left = pairs[i] & 0xff;
    const std::int32_t right = pairs[i] >> 8;
    const auto sum = static_cast<std::uint16_t>(left * Axis::kOne + (right - left) * weights[i] + kRound);
    out[i] = static_cast<std::uint8_t>(sum >> 8);
  }
}

/// Every sample of a row that is neither enlarged nor reduced; one byte each.
template <int kStep>
void pick(const std::uint8_t* __restrict line, std::int32_t count, std::uint8_t* __restrict out) {
  for (std::int32_t i = 0; i < count; ++i) {
    out[i] = line[i * kStep];
  }
}

void add_weighed(const std::uint8_t* __restrict bytes, const std::uint16_t* __restrict weights,
                 std::uint16_t* __restrict sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] = static_cast<std::uint16_t>(sums[i] + bytes[i] * weights[i]);
  }
}

void take_bytes(const std::uint16_t* __restrict sums, std::uint8_t* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<std::uint8_t>(sums[i] >> 8);
  }
}

void add_line(const std::uint8_t* __restrict line, std::uint16_t weight, std::uint16_t* __restrict sums,
              std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] = static_cast<std::uint16_t>(sums[i] + line[i] * weight);
  }
}

}  // namespace

void PlaneSampler::set(const Span& x, const Span& y, std::int32_t samples_x, std::int32_t samples_y,
                       std::int32_t target_width, std::int32_t target_height, const SampleForm& form,
                       Interpolation interpolation) {
  x_.set(x, samples_x, target_width, interpolation);
  y_.set(y, samples_y, target_height, interpolation);
  form_ = form;
  line_bytes_ = static_cast<std::size_t>(x_.end() - x_.begin() - 1) * static_cast<std::size_t>(form.step_bytes) +
                static_cast<std::size_t>(form.read_bytes);
  line_.reserve(line_bytes_);
  offsets_.clear();
  for (std::int32_t i = 0; i < target_width; ++i) {
    offsets_.push_back(x_.first()[i] * form.step_bytes);
  }
  safe_count_ = 0;
  while (safe_count_ < target_width && x_.first()[safe_count_] + x_.taps() < x_.end() - x_.begin()) {
    ++safe_count_;
  }
  const auto written = static_cast<std::size_t>(form.written_bytes);
  const auto bytes = static_cast<std::size_t>(target_width) * written;
  byte_weights_.clear();
  for (std::int32_t tap = 0; x_.taps() > 1 && tap < x_.taps(); ++tap) {
    for (std::int32_t i = 0; i < target_width; ++i) {
      byte_weights_.insert(byte_weights_.end(), written, x_.weights(i)[tap]);
    }
  }
  left_.reserve(bytes * 2);  // two bytes per sample where neighbors are read together
  right_.reserve(bytes);
  row_sums_.resize(x_.taps() > 2 ? bytes : 0);
  line_sums_.resize(y_.taps() > 2 ? line_bytes_ : 0);
}

const std::uint8_t* PlaneSampler::line(const Plane& plane, std::int32_t target_y) {
  const std::uint8_t* first = plane.data + std::ptrdiff_t{y_.begin() + y_.first()[target_y]} * plane.row_bytes +
                              std::ptrdiff_t{x_.begin()} * form_.step_bytes;
  const std::uint16_t* weights = y_.weights(target_y);
  if (y_.taps() == 1 || weights[0] == Axis::kOne) {
    return first;
  }
  if (y_.taps() == 2) {
    if (weights[1] == Axis::kOne) {
      return first + plane.row_bytes;
    }
    std::uint8_t* out = line_.reserve(line_bytes_);
    libyuv::InterpolatePlane(first, 0, first + plane.row_bytes, 0, out, 0, static_cast<int>(line_bytes_), 1,
                             weights[1]);
    return out;
  }
  std::fill(line_sums_.begin(), line_sums_.end(), kRound);
  for (std::int32_t tap = 0; tap < y_.taps(); ++tap) {
    const std::uint8_t* row = first + std::ptrdiff_t{tap} * plane.row_bytes;
    if (weights[tap] != 0) {
      add_line(row, weights[tap], line_sums_.data(), line_bytes_);
    }
  }
  std::uint8_t* out = line_.reserve(line_bytes_);
  take_bytes(line_sums_.data(), out, line_bytes_);
  return out;
}

void PlaneSampler::scale(const std::uint8_t* line, std::uint8_t* out) {
  switch (form_.written_bytes) {
    case 1:
      return scale_as<1>(line, out);
    case 2:
      return scale_as<2>(line, out);
    default:
      return scale_as<4>(line, out);
  }
}

template <int kBytes>
void PlaneSampler::scale_as(const std::uint8_t* line, std::uint8_t* out) {
  const std::int32_t count = x_.count();
  const std::int32_t step = form_.step_bytes;
  const std::int32_t* offsets = offsets_.data();
  if (x_.is_identity() && step == kBytes) {
    std::memcpy(out, line, static_cast<std::size_t>(count) * kBytes);
  } else if (x_.is_identity() && kBytes == 4 && step == 3) {
    libyuv::RGB24ToARGB(line, 0, out, 0, count, 1);
  } else if (x_.is_identity() && kBytes == 1 && (step == 2 || step == 4)) {
    step == 2 ? pick<2>(line, count, out) : pick<4>(line, count, out);
  } else if (x_.taps() == 1) {
    gather<kBytes>(line, offsets, count, safe_count_, form_.read_bytes, out);
  } else if (x_.taps() == 2 && kBytes == 1 && step == 1) {
    auto* pairs = reinterpret_cast<std::uint16_t*>(left_.reserve(static_cast<std::size_t>(count) * 2));
    for (std::int32_t i = 0; i < count; ++i) {
      std::memcpy(pairs + i, line + offsets[i], 2);
    }
    blend_neighbors(pairs, byte_weights_.data() + count, out, count);
  } else if (x_.taps() == 2) {
    std::uint8_t* left = left_.reserve(static_cast<std::size_t>(count) * kBytes);
    std::uint8_t* right = right_.reserve(static_cast<std::size_t>(count) * kBytes);
    // Both neighbors exist, so the left one always has a sample behind it.
    gather<kBytes>(line, offsets, count, count, form_.read_bytes, left);
    gather<kBytes>(line + step, offsets, count, safe_count_, form_.read_bytes, right);
    blend(left, right, byte_weights_.data() + std::ptrdiff_t{count} * kBytes, out, count * kBytes);
  } else {
    const std::size_t bytes = static_cast<std::size_t>(count) * kBytes;
    std::uint8_t* samples = left_.reserve(bytes);
    std::fill(row_sums_.begin(), row_sums_.end(), kRound);
    for (std::int32_t tap = 0; tap < x_.taps(); ++tap) {
      gather<kBytes>(line + std::ptrdiff_t{tap} * step, offsets, count, safe_count_, form_.read_bytes, samples);
      add_weighed(samples, byte_weights_.data() + static_cast<std::size_t>(tap) * bytes, row_sums_.data(), bytes);
    }
    take_bytes(row_sums_.data(), out, bytes);
  }
}

}  // namespace hbm::vision
