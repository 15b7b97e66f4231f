// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// One pass over memory: the sum of its bytes, the least that whoever reads all of it can do.
#include <cstdint>

extern "C" int64_t sum_bytes(const int8_t* bytes, int64_t count) {
  int64_t sum = 0;
  // Narrow sums of parts, which the compiler adds up in wider vectors.
  constexpr int64_t part = 256;
  for (int64_t start = 0; start < count; start += part) {
    const int64_t end = start + part < count ? start + part : count;
    int16_t partial = 0;
    for (int64_t i = start; i < end; ++i) {
      partial = static_cast<int16_t>(partial + bytes[i]);
    }
    sum += partial;
  }
  return sum;
}
