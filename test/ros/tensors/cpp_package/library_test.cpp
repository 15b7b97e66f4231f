// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "hbm/tensor/quantize.hpp"

int main() {
  const std::int8_t numbers[] = {1, -2};
  const std::int64_t shape[] = {2};
  const std::int64_t stride_bytes[] = {1};
  float real[2];
  hbm::tensor::dequantize({numbers, {hbm::tensor::TypeCode::kInt, 8}, shape, stride_bytes, 1}, {{0.5F}, {}, -1}, real);
  return real[0] == 0.5F && real[1] == -1.0F ? 0 : 1;
}
