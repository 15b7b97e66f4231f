// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/runtime_object.hpp"

namespace hbm {

using RuntimeClass = pybind11::class_<RuntimeObject>;

/// The read-only properties; each read makes fresh lists and dictionaries.
void define_model_properties(RuntimeClass* runtime_class);
void define_tensor_properties(RuntimeClass* runtime_class);

}  // namespace hbm
