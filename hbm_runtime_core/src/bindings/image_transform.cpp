// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/image_transform.hpp"

#include <pybind11/numpy.h>

#include <cmath>
#include <string>

#include "driver/error.hpp"

namespace hbm {
namespace {

namespace py = pybind11;
using Points = py::array_t<double, py::array::c_style | py::array::forcecast>;

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

py::array_t<double> to_source(const ImageTransform& t, const Points& points, bool clip) {
  // NaN stays NaN: std::clamp would be undefined for it.
  const auto inside = [clip](double value, double most) {
    return !clip ? value : value < 0 ? 0 : value > most ? most : value;
  };
  return map_columns(
      points, [&](double x) { return inside((x - t.pad_left) / t.scale_x + t.crop_x, t.src_width); },
      [&](double y) { return inside((y - t.pad_top) / t.scale_y + t.crop_y, t.src_height); });
}

py::array_t<double> to_model(const ImageTransform& t, const Points& points) {
  return map_columns(
      points, [&](double x) { return (x - t.crop_x) * t.scale_x + t.pad_left; },
      [&](double y) { return (y - t.crop_y) * t.scale_y + t.pad_top; });
}

std::unique_ptr<ImageTransform> make_transform(const std::string& mode, std::int32_t src_width, std::int32_t src_height,
                                               std::int32_t dst_width, std::int32_t dst_height, double scale_x,
                                               double scale_y, double pad_left, double pad_top, double crop_x,
                                               double crop_y) {
  for (const double scale : {scale_x, scale_y}) {
    if (!(scale > 0) || !std::isfinite(scale)) {
      throw ValueError("transform: expected a positive scale, got " + std::to_string(scale));
    }
  }
  return ImageTransform::make(vision::ImageTransform{src_width, src_height, dst_width, dst_height, scale_x, scale_y,
                                                     pad_left, pad_top, crop_x, crop_y,
                                                     vision::resize_mode_from_name(mode)});
}

py::tuple fields(const ImageTransform& t) {
  return py::make_tuple(vision::resize_mode_name(t.mode), t.src_width, t.src_height, t.dst_width, t.dst_height,
                        t.scale_x, t.scale_y, t.pad_left, t.pad_top, t.crop_x, t.crop_y);
}

}  // namespace

void define_image_transform(py::module_& module) {
  py::class_<ImageTransform>(
      module, "ImageTransform",
      "Where a point of the model's picture lies in the source's.\n\n"
      "source = (model - pad) / scale + crop, both in pixels from the outer edge of the top left "
      "pixel.")
      .def(py::init(&make_transform), py::arg("mode"), py::arg("src_width"), py::arg("src_height"),
           py::arg("dst_width"), py::arg("dst_height"), py::arg("scale_x"), py::arg("scale_y"), py::arg("pad_left"),
           py::arg("pad_top"), py::arg("crop_x"), py::arg("crop_y"))
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
      .def("to_source", &to_source, py::arg("points"), py::kw_only(), py::arg("clip") = false,
           "Map points (…, 2) or boxes (…, 4) from model to source pixels.\n\n"
           "Args:\n    clip: bring what lies outside to the source's border.\n\n"
           "Returns:\n    float64, same shape.")
      .def("to_model", &to_model, py::arg("points"),
           "Map points (…, 2) or boxes (…, 4) from source to model pixels.\n\nReturns:\n    float64, same shape.")
      .def(
          "__eq__", [](const ImageTransform& a, const ImageTransform& b) { return fields(a).equal(fields(b)); },
          py::is_operator())
      .def("__hash__", [](const ImageTransform& t) { return py::hash(fields(t)); })
      .def("__reduce__",
           [](const py::object& self) {
             return py::make_tuple(py::type::of(self), fields(self.cast<const ImageTransform&>()));
           })
      .def("__repr__", [](const ImageTransform& t) {
        return "ImageTransform(" + std::string(vision::resize_mode_name(t.mode)) + ", " + std::to_string(t.src_width) +
               "x" + std::to_string(t.src_height) + " -> " + std::to_string(t.dst_width) + "x" +
               std::to_string(t.dst_height) + ", scale " + std::to_string(t.scale_x) + ", " +
               std::to_string(t.scale_y) + ")";
      });
}

}  // namespace hbm
