// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>

#include <string>

#include "hbm/tensor/dtype.hpp"
#include "runtime/buffer_pool.hpp"
#include "runtime/tensor_layout.hpp"

namespace hbm {

inline bool is_array(PyObject* object) { return pybind11::isinstance<pybind11::array>(object); }

/// `float32`, `object` …
std::string type_name_of(const pybind11::array& array);

/// Whether the bytes of an element are in the other order than this processor's.
bool has_other_byte_order(const pybind11::array& array);

/// Whether the array has elements of `dtype`, in either byte order. `native` is tensor::array_type_name(dtype) as a
/// NumPy type: an array of that very type, as nearly all are, needs no closer look.
inline bool carries(const pybind11::array& array, hbDNNDataType dtype, const pybind11::dtype& native) {
  return array.dtype().is(native) || type_name_of(array) == tensor::array_type_name(dtype);
}

/// A writeable array over device memory in that layout. It refers to the block, and the last reference returns the
/// block to the pool.
pybind11::array wrap_block(BlockRef block, const TensorLayout& layout, const pybind11::dtype& native);

/// The block that a `wrap_block` array starts at, or null for any other array.
BlockRef wrapped_block(const pybind11::array& array);

}  // namespace hbm
