// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/image_transform.hpp"

#include <pybind11/numpy.h>

#include <string>

#include "driver/error.hpp"
#include "vision/placement.hpp"

namespace hbm {
namespace {

namespace py = pybind11;
using Points = py::array_t<double, py::array::c_style | py::array::forcecast>;
using vision::ImageTransform;

/// Applies `x` to even and `y` to odd columns of a copy: points (…, 2) or corner boxes (…, 4).
template <typename MapX, typename MapY>
py::array_t<double> map_columns(const Points& points, MapX x, MapY y) {
  const py::ssize_t columns = points.ndim() > 0 ? points.shape(points.ndim() - 1) : 0;
  if (columns != 2 && columns != 4) {
    throw ValueError("expected points (…, 2) as x, y or boxes (…, 4) as x0, y0, x1, y1, got a last dimension of " +
                     std::to_string(columns));
  }
  py::array_t<double> mapped(std::vector<py::ssize_t>(points.shape(), points.shape() + points.ndim()));
  const double* in = points.data();
  double* out = mapped.mutable_data();
  for (py::ssize_t i = 0; i < points.size(); i += 2) {
    out[i] = x(in[i]);
    out[i + 1] = y(in[i + 1]);
  }
  return mapped;
}

py::array_t<double> to_source(const ImageTransform& t, const Points& points) {
  return map_columns(
      points, [&](double x) { return (x - t.pad_left) / t.scale_x + t.crop_x; },
      [&](double y) { return (y - t.pad_top) / t.scale_y + t.crop_y; });
}

py::array_t<double> to_model(const ImageTransform& t, const Points& points) {
  return map_columns(
      points, [&](double x) { return (x - t.crop_x) * t.scale_x + t.pad_left; },
      [&](double y) { return (y - t.crop_y) * t.scale_y + t.pad_top; });
}

}  // namespace

void define_image_transform(py::module_& module) {
  py::class_<ImageTransform>(
      module, "ImageTransform",
      "Where a point of the model's picture lies in the source's.\n\n"
      "source = (model - pad) / scale + crop, both in pixels from the outer edge of the top left "
      "pixel.")
      .def_readonly("src_width", &ImageTransform::src_width, "Source, pixels.")
      .def_readonly("src_height", &ImageTransform::src_height, "Source, pixels.")
      .def_readonly("dst_width", &ImageTransform::dst_width, "Model, pixels.")
      .def_readonly("dst_height", &ImageTransform::dst_height, "Model, pixels.")
      .def_readonly("scale_x", &ImageTransform::scale_x, "Model pixels for each source pixel.")
      .def_readonly("scale_y", &ImageTransform::scale_y, "Model pixels for each source pixel.")
      .def_readonly("pad_left", &ImageTransform::pad_left, "Border at the left, model pixels.")
      .def_readonly("pad_top", &ImageTransform::pad_top, "Border at the top, model pixels.")
      .def_readonly("crop_x", &ImageTransform::crop_x, "First column used, source pixels.")
      .def_readonly("crop_y", &ImageTransform::crop_y, "First row used, source pixels.")
      .def_property_readonly(
          "mode", [](const ImageTransform& t) { return vision::resize_mode_name(t.mode); }, "Name of the resize mode.")
      .def("to_source", &to_source, py::arg("points"),
           "Map points (…, 2) or boxes (…, 4) from model to source pixels.\n\nReturns:\n    float64, same shape.")
      .def("to_model", &to_model, py::arg("points"),
           "Map points (…, 2) or boxes (…, 4) from source to model pixels.\n\nReturns:\n    float64, same shape.")
      .def("__repr__", [](const ImageTransform& t) {
        return "ImageTransform(" + std::string(vision::resize_mode_name(t.mode)) + ", " + std::to_string(t.src_width) +
               "x" + std::to_string(t.src_height) + " -> " + std::to_string(t.dst_width) + "x" +
               std::to_string(t.dst_height) + ", scale " + std::to_string(t.scale_x) + ", " +
               std::to_string(t.scale_y) + ")";
      });
}

}  // namespace hbm
