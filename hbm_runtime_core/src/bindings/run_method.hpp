// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace hbm {

/// Adds run() and run_async() to the class HB_HBMRuntime.
void define_run_methods(const pybind11::object& runtime_class);

}  // namespace hbm
