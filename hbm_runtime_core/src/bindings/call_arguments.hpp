// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>

#include "bindings/run_arguments.hpp"
#include "bindings/runtime_object.hpp"
#include "runtime/call.hpp"

namespace hbm {

/// A call and the Python objects it reads from or writes to.
struct PythonCall {
  /// An array of the caller that receives an output.
  struct Target {
    std::size_t part;
    std::size_t output;
    PyObject* array;
  };

  Call call;
  /// References to the caller's arrays, until the call is over.
  std::vector<PyObject*> held;
  /// Arrays among `held`.
  std::vector<Target> targets;
  /// Parts in the order of the results; empty where that is their own order.
  std::vector<std::size_t> part_order;

  /// With the GIL held.
  void clear();
  /// Drops the references to the caller's arrays, which the device itself does not need. With the GIL held.
  void release_arrays();
};

/// Checks the arguments against the models and fills the call; nothing has been started when it throws.
void fill_call(const RuntimeObject& runtime, const ModelSet& set, const RunArguments& arguments, PythonCall* call);

/// For errors about the outputs= of one model.
ExpectedDict expected_outputs(const Model& model);

/// Reads `{output name: array}` for one part of a call.
void read_output_arrays(const ModelKeys& keys, const pybind11::dict& arrays, std::size_t part, PythonCall* call);

}  // namespace hbm
