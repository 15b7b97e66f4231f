// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "decode/decoder.hpp"

namespace hbm::decode {

/// Of classes of which exactly one is right: whether a network gives probabilities or logits, and the probabilities.
class Probabilities {
 public:
  /// Setting `softmax`: 1 = values are logits, 0 = they are probabilities, -1 = every call shows which.
  explicit Probabilities(const Settings& settings) : softmax_(settings.integer("softmax")) {}

  /// The divisor that makes exp(value - most) a probability; 0 where values are probabilities already. NaN counts as
  /// no class at all. `most`: the greatest value.
  double divisor(const float* values, std::int64_t count, float most) const {
    if (softmax_ == 0 || (softmax_ < 0 && add_up_to_one(values, count))) {
      return 0;
    }
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum += std::isnan(values[i]) ? 0 : weight(values[i], most);
    }
    return sum;
  }

  static float probability(float value, float most, double divisor) {
    return divisor == 0 ? value : static_cast<float>(weight(value, most) / divisor);
  }

 private:
  /// The difference of two equal infinities is NaN, but they are equally likely.
  static double weight(float value, float most) {
    return value == most ? 1 : std::exp(static_cast<double>(value) - static_cast<double>(most));
  }

  static bool add_up_to_one(const float* values, std::int64_t count) {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!(values[i] >= 0)) {
        return false;
      }
      sum += values[i];
    }
    return std::fabs(sum - 1) < 0.05;
  }

  std::int64_t softmax_;
};

}  // namespace hbm::decode
