// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// One pass over memory: the sum of its bytes, the least that whoever reads all of it can do.
#include <cstdint>

extern "C" std::int64_t sum_bytes(const std::int8_t* bytes, std::int64_t count) {
  std::int64_t sum = 0;
  // Narrow sums of parts, which the compiler adds up in wider vectors.
  constexpr std::int64_t part = 256;
  for (std::int64_t start = 0; start < count; start += part) {
    const std::int64_t end = start + part < count ? start + part : count;
    std::int16_t partial = 0;
    for (std::int64_t i = start; i < end; ++i) {
      partial = static_cast<std::int16_t>(partial + bytes[i]);
    }
    sum += partial;
  }
  return sum;
}
