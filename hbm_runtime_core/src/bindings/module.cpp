// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>

#include "bindings/enums.hpp"
#include "bindings/errors.hpp"
#include "bindings/infer_request.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/parameters.hpp"
#include "bindings/quantization.hpp"
#include "bindings/results.hpp"
#include "bindings/runtime_class.hpp"

PYBIND11_MODULE(_native, module) {
  module.doc() = "Native part of hbm_runtime_core; use the names of that package.";
  // Errors and pickles name the package that people import.
  module.attr("__name__") = "hbm_runtime_core";
  hbm::register_error_translation();
  hbm::define_enums(module);
  hbm::define_quant_params(module);
  hbm::define_sched_param(module);
  hbm::define_call_timing(module);
  hbm::define_infer_request(module);
  hbm::define_runtime(module);
  hbm::define_quantization(module);
  hbm::watch_interpreter_exit();
  module.attr("__name__") = "hbm_runtime_core._native";
}
