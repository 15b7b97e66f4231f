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
#include "vision/jpeg_layout.hpp"
#include "vision/limits.hpp"
#include "vision/picture.hpp"

namespace {

namespace py = pybind11;

/// (height, row_bytes, correction), the last as the preparations' last_correction.
std::tuple<std::int64_t, std::int64_t, std::string> raw_layout(std::int64_t size_bytes, std::int64_t width,
                                                               std::int64_t height, std::int64_t step,
                                                               const std::string& encoding) {
  const auto layout = hbm::vision::read_layout(static_cast<std::size_t>(size_bytes), width, height, step, encoding);
  return {layout.height, layout.row_bytes, hbm::vision::reading_text(layout.reading)};
}

/// Throws ValueError where the data is no whole JPEG inside the limits.
void check_jpeg(const py::buffer& data) {
  const hbm::PictureBytes bytes(data, 0);
  hbm::vision::read_jpeg_layout(bytes.data(), bytes.size());
}

}  // namespace

PYBIND11_MODULE(_vision, module) {
  module.doc() = "Native part of hbm_runtime_core.vision; use the names of that module.";
  hbm::register_error_translation();
  module.attr("ENCODINGS") = py::tuple(py::cast(hbm::vision::encoding_names()));
  module.attr("FOREIGN_ENCODINGS") = py::tuple(py::cast(hbm::vision::foreign_encoding_names()));
  module.attr("MAX_SIDE") = hbm::vision::kMaxSide;
  module.attr("MAX_PIXELS") = hbm::vision::kMaxPixels;
  module.def("raw_layout", &raw_layout, py::arg("size_bytes"), py::arg("width"), py::arg("height"), py::arg("step"),
             py::arg("encoding"));
  module.def("check_jpeg", &check_jpeg, py::arg("data"));
  module.attr("__name__") = "hbm_runtime_core.vision";  // errors and pickles name the module that people import
  hbm::define_image_transform(module);
  module.attr("__name__") = "hbm_runtime_core._vision";
  hbm::define_nv12_preparation(module);
  hbm::define_tensor_preparation(module);
  hbm::watch_interpreter_exit();
}
