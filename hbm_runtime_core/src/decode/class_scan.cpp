// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/class_scan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "decode/element.hpp"

namespace hbm::decode {
namespace {

// An integer as wide as a raw value: comparisons of that width become vector code.
template <typename Raw>
using Flag = std::conditional_t<sizeof(Raw) == 1, std::int8_t,
                                std::conditional_t<sizeof(Raw) == 2, std::int16_t,
                                                   std::conditional_t<sizeof(Raw) == 4, std::int32_t, std::int64_t>>>;

// Cells that are compared with their thresholds at once.
constexpr std::int64_t kBlockCells = 8;

template <typename T>
class Scan {
 public:
  using Raw = RawOf<T>;

  Scan(const OutputInfo& info, std::int64_t first, const std::vector<float>& thresholds)
      : first_(first), thresholds_(thresholds), quantized_(!info.scales.empty()) {
    float least = thresholds[0];
    for (const float threshold : thresholds) {
      least = threshold < least || std::isnan(least) ? threshold : least;
    }
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      const std::size_t channel = info.scales.size() > 1 ? static_cast<std::size_t>(first) + i : 0;
      scales_.push_back(quantized_ ? info.scales[channel] : 1);
      zero_points_.push_back(quantized_ ? info.zero_points[channel] : 0);
      // A best class that counts is at or above the least threshold, so nothing below that needs a look.
      best_limits_.push_back(limit(least, i));
      own_limits_.push_back(limit(thresholds[i], i));
    }
    // As many times as there are cells in a block, so that a block is one run of comparisons.
    const std::size_t classes = thresholds.size();
    best_limits_.resize(classes * kBlockCells);
    own_limits_.resize(classes * kBlockCells);
    for (std::size_t i = classes; i < classes * kBlockCells; ++i) {
      best_limits_[i] = best_limits_[i - classes];
      own_limits_[i] = own_limits_[i - classes];
    }
  }

  void find(const OutputView& view, bool best, std::vector<Hit>& hits) const {
    const std::vector<Raw>& limits = best ? best_limits_ : own_limits_;
    for (std::int64_t y = 0; y < view.height(); ++y) {
      if (view.channel_stride() == sizeof(T) && classes() > 1) {
        scan_cells(view, y, limits, best, hits);
      } else {
        scan_planes(view, y, limits, best, hits);
      }
    }
  }

 private:
  std::int64_t classes() const { return static_cast<std::int64_t>(thresholds_.size()); }

  // As OutputView reads it.
  float real(Raw raw, std::size_t i) const {
    using Wide = tensor::Exact<Raw>;
    if (!quantized_) {
      return static_cast<float>(raw);
    }
    return static_cast<float>((static_cast<Wide>(raw) - static_cast<Wide>(zero_points_[i])) *
                              static_cast<Wide>(scales_[i]));
  }

  // The least raw value that counts as `threshold`; the greatest there is where none does, and such hits are dropped
  // when their real values are compared.
  Raw limit(float threshold, std::size_t i) const {
    if constexpr (std::is_floating_point_v<Raw>) {
      return quantized_ ? -std::numeric_limits<Raw>::infinity() : static_cast<Raw>(threshold);
    } else {
      Raw low = std::numeric_limits<Raw>::min();
      Raw high = std::numeric_limits<Raw>::max();
      while (low < high) {
        // Rounded down without overflow, also where both are negative.
        const Raw middle = static_cast<Raw>((low & high) + ((low ^ high) >> 1));
        if (real(middle, i) >= threshold) {
          high = middle;
        } else {
          low = static_cast<Raw>(middle + 1);
        }
      }
      return low;
    }
  }

  // Whether all of `count` values that lie side by side are below their limits.
  static bool all_below(const std::uint8_t* at, const Raw* limits, std::int64_t count) {
    Flag<Raw> below = -1;
    for (std::int64_t i = 0; i < count; ++i) {
      const Raw raw = load<T>(at + i * static_cast<std::int64_t>(sizeof(T)));
      below &= static_cast<Flag<Raw>>(-static_cast<Flag<Raw>>(limits[i] > raw));
    }
    return below != 0;
  }

  // The channels of a cell lie side by side.
  void scan_cells(const OutputView& view, std::int64_t y, const std::vector<Raw>& limits, bool best,
                  std::vector<Hit>& hits) const {
    const bool dense = view.cell_stride() == classes() * static_cast<std::int64_t>(sizeof(T));
    const std::int64_t block = dense && first_ == 0 ? kBlockCells : 1;
    const std::int64_t skipped = first_ * static_cast<std::int64_t>(sizeof(T));
    for (std::int64_t x = 0; x < view.width(); x += block) {
      const std::int64_t end = std::min(x + block, view.width());
      if (all_below(view.at(y, x) + skipped, limits.data(), (end - x) * classes())) {
        continue;
      }
      for (std::int64_t cell = x; cell < end; ++cell) {
        if (end - x == 1 || !all_below(view.at(y, cell) + skipped, limits.data(), classes())) {
          add(view, y, cell, limits, best, hits);
        }
      }
    }
  }

  // The cells of a channel lie side by side.
  void scan_planes(const OutputView& view, std::int64_t y, const std::vector<Raw>& limits, bool best,
                   std::vector<Hit>& hits) const {
    constexpr std::int64_t kTile = 256;
    Flag<Raw> below[kTile];
    for (std::int64_t x = 0; x < view.width(); x += kTile) {
      const std::int64_t count = std::min(kTile, view.width() - x);
      std::fill(below, below + count, static_cast<Flag<Raw>>(-1));
      for (std::int64_t i = 0; i < classes(); ++i) {
        const std::uint8_t* at = view.at(y, x) + (first_ + i) * view.channel_stride();
        const Raw limit = limits[static_cast<std::size_t>(i)];
        const auto compare = [&](std::int64_t stride) {
          for (std::int64_t k = 0; k < count; ++k) {
            below[k] &= static_cast<Flag<Raw>>(-static_cast<Flag<Raw>>(limit > load<T>(at + k * stride)));
          }
        };
        // A stride that the compiler knows lets it use vectors.
        view.cell_stride() == sizeof(T) ? compare(sizeof(T)) : compare(view.cell_stride());
      }
      for (std::int64_t k = 0; k < count; ++k) {
        if (below[k] == 0) {
          add(view, y, x + k, limits, best, hits);
        }
      }
    }
  }

  void add(const OutputView& view, std::int64_t y, std::int64_t x, const std::vector<Raw>& limits, bool best,
           std::vector<Hit>& hits) const {
    const auto cell = static_cast<std::int32_t>(y * view.width() + x);
    const std::uint8_t* at = view.at(y, x) + first_ * view.channel_stride();
    Hit found{cell, -1, -std::numeric_limits<float>::infinity()};
    for (std::size_t i = 0; i < thresholds_.size(); ++i) {
      const Raw raw = load<T>(at + static_cast<std::int64_t>(i) * view.channel_stride());
      if (limits[i] > raw) {
        continue;
      }
      const float value = real(raw, i);
      if (!best && value >= thresholds_[i]) {
        hits.push_back({cell, static_cast<std::int32_t>(i), value});
      } else if (best && (value > found.value || (found.class_index < 0 && value == found.value))) {
        found.class_index = static_cast<std::int32_t>(i);
        found.value = value;
      }
    }
    if (best && found.class_index >= 0 && found.value >= thresholds_[static_cast<std::size_t>(found.class_index)]) {
      hits.push_back(found);
    }
  }

  std::int64_t first_;
  std::vector<float> thresholds_;
  bool quantized_;
  std::vector<float> scales_;  // one for each class
  std::vector<std::int32_t> zero_points_;
  std::vector<Raw> best_limits_, own_limits_;  // for kBlockCells cells
};

}  // namespace

void ClassScan::prepare(const OutputInfo& info, std::int64_t first, const std::vector<float>& thresholds) {
  with_element(info.element, [&](auto element) {
    find_ = [scan = Scan<decltype(element)>(info, first, thresholds)](
                const OutputView& view, bool best, std::vector<Hit>& hits) { scan.find(view, best, hits); };
  });
}

std::int32_t best_index(const std::vector<float>& values) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    best = values[i] > values[best] || std::isnan(values[best]) ? i : best;
  }
  return static_cast<std::int32_t>(best);
}

void ClassScan::prepare(const OutputInfo& info, std::int64_t first, const Options& options,
                        float (*activation)(float)) {
  std::vector<float> thresholds;
  for (std::int64_t i = 0; i < info.channels() - first; ++i) {
    thresholds.push_back(least_input(options.confidence_of(i), activation));
  }
  prepare(info, first, thresholds);
}

float least_input(float threshold, float (*activation)(float)) {
  // Floats in their order, as integers: of the negative ones, those with greater bits are less.
  const auto value_of = [](std::int64_t rank) {
    const auto bits = static_cast<std::uint32_t>(rank < 0 ? 0x80000000U + static_cast<std::uint32_t>(-1 - rank) : rank);
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  };
  constexpr std::int64_t kInfinity = 0x7f800000;
  std::int64_t low = -1 - kInfinity;
  std::int64_t high = kInfinity + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (activation(value_of(middle)) >= threshold) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low > kInfinity ? std::numeric_limits<float>::quiet_NaN() : value_of(low);
}

}  // namespace hbm::decode
