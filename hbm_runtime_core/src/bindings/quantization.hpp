// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace hbm {

/// quantize() and dequantize().
void define_quantization(pybind11::module_& module);

}  // namespace hbm
