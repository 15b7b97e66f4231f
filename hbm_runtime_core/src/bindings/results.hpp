// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/call_arguments.hpp"
#include "bindings/runtime_object.hpp"

namespace hbm {

/// `{output name: array}` of one part: arrays over device memory, or the caller's own.
pybind11::object part_results(const ModelKeys& keys, PythonCall& call, std::size_t part);

/// `{model name: {output name: array}}`.
pybind11::object call_results(const RuntimeObject& runtime, PythonCall& call);

/// Fills the dictionary given as timing= with `{model name: CallTiming}`.
void report_timing(const RuntimeObject& runtime, PythonCall& call, PyObject* timing);

void define_call_timing(pybind11::module_& module);

}  // namespace hbm
