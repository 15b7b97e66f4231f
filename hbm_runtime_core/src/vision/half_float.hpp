// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_HALF_FLOAT_HPP_
#define HBM_VISION_HALF_FLOAT_HPP_

#include <cmath>
#include <cstdint>

namespace hbm::vision {

/// IEEE 754 binary16, rounded to nearest even.
inline uint16_t half_from_float(float value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::fabs(static_cast<double>(value));
  if (std::isnan(value)) return sign | 0x7e00;
  if (magnitude == 0.0) return sign;
  if (magnitude >= 65520.0) return sign | 0x7c00;
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // 11 significant bits; below 2^-14 the numbers are subnormal and lie 2^-24 apart.
  const int unit = exponent - 11 < -24 ? -24 : exponent - 11;
  const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -unit)));
  // `steps` has its leading bit at 2^10 where the number is normal: adding it carries into the exponent as it must.
  return static_cast<uint16_t>(sign | ((static_cast<uint32_t>(unit + 24) << 10) + steps));
}

}  // namespace hbm::vision

#endif  // HBM_VISION_HALF_FLOAT_HPP_
