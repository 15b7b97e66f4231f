// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// One pass over memory: the sum of its bytes, the least that whoever reads all of it can do.
#include <cstdint>

extern "C" int64_t sum_bytes(const int8_t* bytes, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    sum += bytes[i];
  }
  return sum;
}
