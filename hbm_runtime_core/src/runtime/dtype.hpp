// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_RUNTIME_DTYPE_HPP_
#define HBM_RUNTIME_DTYPE_HPP_

#include <cstdint>
#include <vector>

#include "hobot/dnn/hb_dnn.h"

namespace hbm {

constexpr int max_rank = HB_DNN_TENSOR_MAX_DIMENSIONS;

/// The C API's number of an element type, known to be one of the fourteen.
using Dtype = hbDNNDataType;

bool is_dtype(int32_t number);

/// `U8`, `BOOL8` …
const char* dtype_name(Dtype dtype);

/// Name of the NumPy type that carries it: `uint8`, `bool` … S4 and U4 travel packed in `uint8`.
const char* numpy_name(Dtype dtype);

/// Two elements share a byte, the first one in the low nibble.
inline bool is_packed(Dtype dtype) { return dtype == HB_DNN_TENSOR_TYPE_S4 || dtype == HB_DNN_TENSOR_TYPE_U4; }

/// Bytes of one stored item: an element, or a pair of packed ones.
int item_bytes(Dtype dtype);

/// How the tensor lies in memory, counted in items: the logical shape, with the last dimension halved (rounded up) for
/// packed types. -1 stays -1.
std::vector<int64_t> storage_shape(Dtype dtype, std::vector<int64_t> shape);

}  // namespace hbm

#endif  // HBM_RUNTIME_DTYPE_HPP_
