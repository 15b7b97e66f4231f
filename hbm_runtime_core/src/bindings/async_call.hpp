// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>

#include "bindings/call_arguments.hpp"
#include "bindings/run_arguments.hpp"

namespace hbm {

/// A call that may outlive its caller: whichever thread drops it last does so with the GIL, because of its Python
/// objects.
std::shared_ptr<PythonCall> make_python_call();

/// Starts a call and returns the future of its results.
pybind11::object start_async_call(const pybind11::object& runtime, const RunArguments& arguments);

}  // namespace hbm
