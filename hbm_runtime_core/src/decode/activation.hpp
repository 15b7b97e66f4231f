// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace hbm::decode {

/// 1 / (1 + exp(-x)), to the last bit of a float.
inline float sigmoid(float x) { return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x)))); }

/// Of networks whose outputs are probabilities already.
inline float probability(float x) { return x; }

/// exp(x) for x from -87 to 0, and exp(-87) below; NaN for NaN. To a few units of the last place, and without branches
/// and calls, so that loops of it become vector code.
inline float exp_of_negative(float x) {
  x = x < -87 ? -87 : x;
  // exp(x) = 2^n * exp(rest) with |rest| <= ln(2) / 2. Adding 1.5 * 2^23 rounds to a whole n, which is in the low bits
  // then.
  constexpr float kRounder = 12582912;
  const float shifted = x * 1.44269504F + kRounder;
  const float n = shifted - kRounder;
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
  std::uint32_t bits = 0;
  std::memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits - 0x4b400000U + 127U) << 23U;
  float scale = 0;
  std::memcpy(&scale, &bits, sizeof(scale));
  return power * scale;
}

/// Expected indices of `kGroups` times `kBins` values after softmax: sum(i * exp(v[i])) / sum(exp(v[i])) of each group.
/// Overwrites the values.
template <int kGroups, int kBins>
void expected_bins(float* values, float* expected) {
  // Group by group within each loop: the groups are independent of each other, so that their operations overlap.
  float most[kGroups];
  for (int group = 0; group < kGroups; ++group) {
    most[group] = values[group * kBins];
  }
  for (int bin = 1; bin < kBins; ++bin) {
    for (int group = 0; group < kGroups; ++group) {
      const float value = values[group * kBins + bin];
      most[group] = value > most[group] ? value : most[group];
    }
  }
  for (int group = 0; group < kGroups; ++group) {
    const float largest = most[group];
    for (int bin = 0; bin < kBins; ++bin) {
      values[group * kBins + bin] = exp_of_negative(values[group * kBins + bin] - largest);
    }
  }
  float sum[kGroups] = {};
  float weighted[kGroups] = {};
  for (int bin = 0; bin < kBins; ++bin) {
    for (int group = 0; group < kGroups; ++group) {
      sum[group] += values[group * kBins + bin];
      weighted[group] += values[group * kBins + bin] * static_cast<float>(bin);
    }
  }
  for (int group = 0; group < kGroups; ++group) {
    expected[group] = weighted[group] / sum[group];
  }
}

}  // namespace hbm::decode
