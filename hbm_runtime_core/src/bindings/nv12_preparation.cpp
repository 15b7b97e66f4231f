// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include "bindings/native_preparation.hpp"
#include "driver/error.hpp"

namespace hbm {
namespace {

namespace py = pybind11;

/// Fills two u8 planes, [1, H, W, 1] and [1, H/2, W/2, 2].
class Nv12Preparation : public NativePreparation, public MadeByInit<Nv12Preparation> {
 private:
  // Defined first, because its type is deduced.
  auto writer(const py::array& y, const py::array& uv) const {
    require_destination(y, y_, &uv_);
    require_destination(uv, uv_, &y_);
    if (y.strides(2) != 1 || uv.strides(2) != 2 || uv.strides(3) != 1) {
      throw ValueError("inputs '" + y_.name + "' and '" + uv_.name +
                       "': the pixels of a row must lie side by side; only rows may be padded");
    }
    const vision::Nv12Destination destination{writable(y), y.strides(1), writable(uv), uv.strides(1), width_, height_};
    return [destination, range = model_range_](vision::Preparation& preparation, const vision::Picture& picture) {
      return preparation.prepare(picture, destination, range);
    };
  }

 public:
  static constexpr const char* kNotMade = "Nv12Preparation.__init__() was not called";

  Nv12Preparation(const vision::Geometry& geometry, vision::ColorRange picture_range, vision::ColorRange model_range,
                  const std::array<std::string, 2>& names, std::int32_t width, std::int32_t height)
      : NativePreparation(geometry, picture_range),
        width_(width),
        height_(height),
        model_range_(model_range),
        y_{names[0], {1, height, width, 1}, py::dtype::of<std::uint8_t>()},
        uv_{names[1], {1, height / 2, width / 2, 2}, py::dtype::of<std::uint8_t>()} {
    if (width <= 0 || height <= 0 || width % 2 != 0 || height % 2 != 0) {
      throw ValueError("inputs '" + names[0] + "' and '" + names[1] + "': NV12 of " + std::to_string(width) + "x" +
                       std::to_string(height) + " is not possible; both sides must be positive and even");
    }
  }

  std::unique_ptr<ImageTransform> prepare(const py::buffer& data, const PictureArguments& arguments, const py::array& y,
                                          const py::array& uv, std::int64_t offset) {
    return from_picture(data, offset, arguments, writer(y, uv));
  }

  std::unique_ptr<ImageTransform> prepare_jpeg(const py::buffer& data, const py::array& y, const py::array& uv,
                                               std::int64_t offset) {
    return from_jpeg(data, offset, writer(y, uv));
  }

 private:
  const std::int32_t width_, height_;
  const vision::ColorRange model_range_;
  const DestinationArray y_, uv_;
};

}  // namespace

void define_nv12_preparation(py::module_& module) {
  py::class_<Nv12Preparation>(module, "Nv12Preparation")
      .def(py::init([](const std::array<std::string, 2>& names, std::int32_t width, std::int32_t height,
                       const std::string& picture_range, const std::string& model_range, const std::string& resize,
                       const std::string& interpolation, const std::optional<std::array<std::int32_t, 4>>& region,
                       const std::array<std::uint8_t, 3>& pad_rgb) {
             return Nv12Preparation::make(make_geometry(resize, interpolation, region, pad_rgb),
                                          vision::color_range_from_name(picture_range),
                                          vision::color_range_from_name(model_range), names, width, height);
           }),
           py::kw_only(), py::arg("names"), py::arg("width"), py::arg("height"), py::arg("picture_range"),
           py::arg("model_range"), py::arg("resize"), py::arg("interpolation"), py::arg("region"), py::arg("pad_rgb"))
      .def(
          "prepare",
          [](Nv12Preparation& self, const py::buffer& data, std::int64_t width, std::int64_t height, std::int64_t step,
             const std::string& encoding, const py::array& y, const py::array& uv,
             std::int64_t offset) { return self.prepare(data, {width, height, step, encoding}, y, uv, offset); },
          py::arg("data"), py::arg("width"), py::arg("height"), py::arg("step"), py::arg("encoding"), py::arg("y"),
          py::arg("uv"), py::kw_only(), py::arg("offset"))
      .def_property_readonly("last_correction", &Nv12Preparation::last_correction)
      .def("prepare_jpeg", &Nv12Preparation::prepare_jpeg, py::arg("data"), py::arg("y"), py::arg("uv"), py::kw_only(),
           py::arg("offset"));
}

}  // namespace hbm
