// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_RUNTIME_QUANTIZE_HPP_
#define HBM_RUNTIME_QUANTIZE_HPP_

#include <cstdint>
#include <vector>

#include "runtime/dtype.hpp"
#include "runtime/tensor_info.hpp"

namespace hbm {

/// Throws ValueError where scales, zero points and axis do not fit an array of this shape.
void check_quantization(const Quantization& quantization, const std::vector<int64_t>& shape);

/// real = (q - zero_point) * scale, exact in q - zero_point. `dtype` is one of the integers of 8 to 64 bits; strides in
/// bytes; the result is C-contiguous.
void dequantize(const void* source, Dtype dtype, const std::vector<int64_t>& shape,
                const std::vector<int64_t>& stride_bytes, const Quantization& quantization, float* result);

/// q = clip(round_half_even(x / scale) + zero_point). Arrays are C-contiguous; `dtype` is an integer of 4 to 32 bits;
/// 4-bit results stand in a byte each. Throws ValueError where a value is NaN.
void quantize(const float* source, const std::vector<int64_t>& shape, const Quantization& quantization, Dtype dtype,
              void* result);

/// Halves the last dimension: two 4-bit values a byte, the first in the low nibble.
void pack_four_bit(const uint8_t* values, const std::vector<int64_t>& shape, uint8_t* packed);

}  // namespace hbm

#endif  // HBM_RUNTIME_QUANTIZE_HPP_
