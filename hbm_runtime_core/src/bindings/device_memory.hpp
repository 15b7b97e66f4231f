// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_DEVICE_MEMORY_HPP_
#define HBM_BINDINGS_DEVICE_MEMORY_HPP_

#include <pybind11/pybind11.h>

#include "runtime/buffer_pool.hpp"

namespace hbm {

/// A Python object that holds a share in a block: the `base` of arrays over device memory. A type of its own is quicker
/// to make and to recognise than a capsule. Null with a Python error set when out of memory.
PyObject* new_device_memory(BlockRef block);

/// The block that such an object holds; null for any other object. Borrowed.
Block* block_of(PyObject* object);

/// Before the first use.
void prepare_device_memory_type();

}  // namespace hbm

#endif  // HBM_BINDINGS_DEVICE_MEMORY_HPP_
