// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The module hbm_runtime_core._vision: hbm_runtime_core/vision.py is its public face. A module of its own, because it
// needs system libraries that the rest of the core does without.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings/errors.hpp"
#include "bindings/image_transform.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/native_preparation.hpp"
#include "vision/picture.hpp"

PYBIND11_MODULE(_vision, module) {
  module.doc() = "Native part of hbm_runtime_core.vision; use the names of that module.";
  hbm::register_error_translation();
  module.attr("ENCODINGS") = pybind11::tuple(pybind11::cast(hbm::vision::encoding_names()));
  module.attr("__name__") = "hbm_runtime_core.vision";  // errors and pickles name the module that people import
  hbm::define_image_transform(module);
  module.attr("__name__") = "hbm_runtime_core._vision";
  hbm::define_nv12_preparation(module);
  hbm::define_tensor_preparation(module);
  hbm::watch_interpreter_exit();
}
