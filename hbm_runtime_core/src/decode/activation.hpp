// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_DECODE_ACTIVATION_HPP_
#define HBM_DECODE_ACTIVATION_HPP_

#include <cmath>
#include <cstdint>
#include <cstring>

namespace hbm::decode {

/// 1 / (1 + exp(-x)), to the last bit of a float.
inline float sigmoid(float x) { return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x)))); }

/// exp(x) for x from -87 to 0, and exp(-87) below; NaN for NaN. To a few units of the last place, and without branches
/// and calls, so that loops of it become vector code.
inline float exp_of_negative(float x) {
  x = x < -87 ? -87 : x;
  // exp(x) = 2^n * exp(rest) with |rest| <= ln(2) / 2. Adding 1.5 * 2^23 rounds to a whole n, which is in the low bits
  // then.
  constexpr float rounder = 12582912;
  const float shifted = x * 1.44269504F + rounder;
  const float n = shifted - rounder;
  // ln(2) in two parts, of which the first has few enough bits to make n * first exact.
  const float rest = x - n * 0.693359375F + n * 2.12194440e-4F;
  // The series of exp: its next term is below 1e-8.
  float power = 1.0F / 5040;
  power = power * rest + 1.0F / 720;
  power = power * rest + 1.0F / 120;
  power = power * rest + 1.0F / 24;
  power = power * rest + 1.0F / 6;
  power = power * rest + 0.5F;
  power = power * rest + 1;
  power = power * rest + 1;
  uint32_t bits = 0;
  std::memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits - 0x4b400000U + 127U) << 23U;
  float scale = 0;
  std::memcpy(&scale, &bits, sizeof(scale));
  return power * scale;
}

/// Expected index of `kBins` values after softmax: sum(i * exp(v[i])) / sum(exp(v[i])). Overwrites the values.
template <int kBins>
float expected_bin(float* values) {
  // Halves are folded onto each other, which compilers turn into vector code without being allowed to reorder sums.
  const auto fold = [](float* v, auto join) {
    for (int half = kBins / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) {
        v[i] = join(v[i], v[i + half]);
      }
    }
    return v[0];
  };
  float largest[kBins];
  float weighted[kBins];
  std::memcpy(largest, values, sizeof(largest));
  const float most = fold(largest, [](float a, float b) { return a > b ? a : b; });
  for (int i = 0; i < kBins; ++i) {
    values[i] = exp_of_negative(values[i] - most);
    weighted[i] = values[i] * static_cast<float>(i);
  }
  const auto sum = [](float a, float b) { return a + b; };
  return fold(weighted, sum) / fold(values, sum);
}

}  // namespace hbm::decode

#endif  // HBM_DECODE_ACTIVATION_HPP_
