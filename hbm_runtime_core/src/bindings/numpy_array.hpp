// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_NUMPY_ARRAY_HPP_
#define HBM_BINDINGS_NUMPY_ARRAY_HPP_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>

#include "runtime/buffer_pool.hpp"
#include "runtime/tensor_layout.hpp"

namespace hbm {

/// What an ndarray says of itself; pointers live as long as the array is neither freed nor reshaped.
struct ArrayInfo {
  void* data;
  int rank;
  const int64_t* shape;
  const int64_t* stride_bytes;
  int type_number;
  bool other_byte_order;
  bool writeable;
};

bool is_array(PyObject* object);
ArrayInfo array_info(PyObject* array);

/// Whether an array of this NumPy type number carries this dtype.
bool carries(int type_number, hbDNNDataType dtype);

/// `float32`, `object` …
std::string type_name_of(PyObject* array);

/// A writeable array over device memory in that layout. It holds a share in the block, and the last share returns the
/// block to the pool.
PyObject* wrap_block(BlockRef block, const TensorLayout& layout, hbDNNDataType dtype);

/// The block that a `wrap_block` array starts at, or null for any other array.
BlockRef wrapped_block(PyObject* array);

}  // namespace hbm

#endif  // HBM_BINDINGS_NUMPY_ARRAY_HPP_
