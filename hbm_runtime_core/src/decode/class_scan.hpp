// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "decode/decoder.hpp"
#include "decode/output_view.hpp"

namespace hbm::decode {

/// A class of a cell whose value counts.
struct Hit {
  std::int32_t cell;
  std::int32_t class_index;
  float value;  ///< real
};

/// Finds the cells of an output that have a class at or above its threshold, by comparing raw values. What is below is
/// never dequantized; what is found is what dequantizing everything first would find, bit for bit.
class ClassScan {
 public:
  /// Channels `first` to `first + thresholds.size()` of such outputs are classes. The thresholds are real
  /// values, NaN for a class that never counts.
  void prepare(const OutputInfo& info, std::int64_t first, const std::vector<float>& thresholds);
  /// All channels from `first` on are classes, and `activation` makes scores of their values; the thresholds are those
  /// of the options.
  void prepare(const OutputInfo& info, std::int64_t first, const Options& options, float (*activation)(float));

  /// Appends the best class of each cell (the first one of equals), if it is at or above its own threshold.
  void find_best(const OutputView& view, std::vector<Hit>& hits) const { find_(view, true, hits); }
  /// Appends every class of each cell that is at or above its threshold.
  void find_all(const OutputView& view, std::vector<Hit>& hits) const { find_(view, false, hits); }

 private:
  std::function<void(const OutputView&, bool, std::vector<Hit>&)> find_;
};

/// Index of the largest value, the first one of equals; NaN is not larger than anything.
std::int32_t best_index(const std::vector<float>& values);

/// The least value of type float whose `activation` is at or above `threshold`; NaN, which no value
/// reaches, where there is none. `activation` must not decrease.
float least_input(float threshold, float (*activation)(float));

}  // namespace hbm::decode
