// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace hbm_wire {

// The Python classes of messages that are read in place, and the functions that read them.
void define_message_readers(pybind11::module_& module);

}  // namespace hbm_wire
