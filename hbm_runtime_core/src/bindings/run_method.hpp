// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_RUN_METHOD_HPP_
#define HBM_BINDINGS_RUN_METHOD_HPP_

#include <pybind11/pybind11.h>

namespace hbm {

/// Adds run() and run_async() to the class HB_HBMRuntime.
void define_run_methods(const pybind11::object& runtime_class);

}  // namespace hbm

#endif  // HBM_BINDINGS_RUN_METHOD_HPP_
