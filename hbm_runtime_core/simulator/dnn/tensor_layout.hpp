// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "hbm/tensor/dtype.hpp"
#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// More than a simulated device has (4 GiB for everything); arithmetic below it cannot overflow.
constexpr std::int64_t kLargestTensorBytes = std::int64_t{1} << 32;

/// The entry of a shape or stride array that the caller fills before, or the device after, an inference.
constexpr std::int64_t kDynamic = -1;

/// The shape in items of hbm::tensor: the innermost dimension of S4 and U4 counts bytes of two elements.
std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> stored_shape(const hbDNNTensorProperties& properties);

/// Bytes from one element along `dimension` to the next when nothing is padded inside it, given the strides further in;
/// nothing when a dimension or stride further in is dynamic, or the result is larger than kLargestTensorBytes.
std::optional<std::int64_t> smallest_stride(const hbDNNTensorProperties& properties, int dimension);

/// Fills every stride, innermost first, with the smallest possible one. Returns false when that is too large.
bool fill_dense_strides(hbDNNTensorProperties& properties);

/// Bytes of the smallest buffer with all rows padded as the strides say, the last one too. Nothing where a dimension or
/// stride is dynamic, or the result is larger than kLargestTensorBytes.
std::optional<std::int64_t> padded_bytes(const hbDNNTensorProperties& properties);

/// Bytes from the first to after the last element of a tensor whose shape and strides are all known: 0 where it has
/// none. Nothing when that is larger than kLargestTensorBytes.
std::optional<std::int64_t> extent_bytes(const hbDNNTensorProperties& properties);

bool has_dynamic_shape(const hbDNNTensorProperties& properties);

/// True when the elements follow each other without a gap.
bool is_dense(const hbDNNTensorProperties& properties);

/// Copies a tensor into one with the same shape and dtype whose strides may differ. Padding is left as it is.
void copy_tensor(void* target, const hbDNNTensorProperties& target_properties, const void* source,
                 const hbDNNTensorProperties& source_properties);

/// "[1, 640, -1, 3]"
std::string shape_text(const hbDNNTensorProperties& properties);
std::string stride_text(const hbDNNTensorProperties& properties);

}  // namespace hbm_sim
