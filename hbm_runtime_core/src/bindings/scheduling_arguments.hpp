// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/run_arguments.hpp"
#include "bindings/runtime_object.hpp"
#include "bindings/typed.hpp"

namespace hbm {

/// Checks that the scheduling dictionaries of a call name loaded models only.
void check_override_models(const RuntimeObject& runtime, const ModelSet& set, const RunArguments& arguments);

/// Applies what the call sets for this model to its defaults.
void apply_overrides(const RuntimeObject& runtime, const Model& model, const RunArguments& arguments,
                     Scheduling* scheduling);

/// The scheduling of one run: what the caller passed (None = the stored default). Throws what the run would.
Scheduling run_scheduling(const RuntimeObject& runtime, const Model& model, const pybind11::object& priority,
                          const pybind11::object& bpu_cores, const pybind11::object& custom_id,
                          const pybind11::object& device_id);

/// set_scheduling_params: all values are checked before any is kept.
void set_scheduling_params(RuntimeObject& runtime, const IntByName& priority, const IntsByName& bpu_cores,
                           const IntByName& custom_id, const IntByName& device_id);

/// check_scheduling: whether a run of the model with these values would be refused. Returns how many tasks of the model
/// the cores can run at once.
int check_scheduling(const RuntimeObject& runtime, const Text& model_name, const IntOrNone& priority,
                     const IntsOrNone& bpu_cores, const IntOrNone& custom_id, const IntOrNone& device_id);

}  // namespace hbm
