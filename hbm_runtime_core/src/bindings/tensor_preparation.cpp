// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include "bindings/native_preparation.hpp"
#include "driver/error.hpp"
#include "hbm/tensor/dtype.hpp"

namespace hbm {
namespace {

namespace py = pybind11;

vision::Channels channels_from_name(const std::string& name) {
  if (name == "rgb") {
    return vision::Channels::kRgb;
  }
  if (name == "bgr") {
    return vision::Channels::kBgr;
  }
  if (name == "gray") {
    return vision::Channels::kGray;
  }
  throw ValueError("unknown color order '" + name + "' (known: rgb, bgr, gray)");
}

/// Fills one tensor, [1, C, H, W] or [1, H, W, C].
class TensorPreparation : public NativePreparation, public MadeByInit<TensorPreparation> {
 private:
  // Defined first, because its type is deduced.
  auto writer(const py::array& tensor) const {
    require_destination(tensor, tensor_, nullptr);
    const vision::TensorDestination destination{writable(tensor),
                                                width_,
                                                height_,
                                                tensor.strides(channels_first_ ? 2 : 1),
                                                tensor.strides(channels_first_ ? 3 : 2),
                                                tensor.strides(channels_first_ ? 1 : 3)};
    return [destination, this](vision::Preparation& preparation, const vision::Picture& picture) {
      return preparation.prepare(picture, destination, values_);
    };
  }

 public:
  static constexpr const char* kNotMade = "TensorPreparation.__init__() was not called";

  TensorPreparation(const vision::Geometry& geometry, vision::ColorRange picture_range, const std::string& name,
                    const vision::PixelFormat& format, std::int32_t width, std::int32_t height, bool channels_first)
      : NativePreparation(geometry, picture_range),
        values_(format),
        width_(width),
        height_(height),
        channels_first_(channels_first),
        tensor_{name, {}, py::dtype(tensor::array_type_name(format.dtype))} {
    const py::ssize_t channels = values_.channel_count();
    tensor_.shape = channels_first ? std::vector<py::ssize_t>{1, channels, height, width}
                                   : std::vector<py::ssize_t>{1, height, width, channels};
    if (width <= 0 || height <= 0) {
      throw ValueError("input '" + name + "': a picture of " + std::to_string(width) + "x" + std::to_string(height) +
                       " is not possible");
    }
  }

  std::unique_ptr<ImageTransform> prepare(const py::buffer& data, const PictureArguments& arguments,
                                          const py::array& tensor, std::int64_t offset) {
    return from_picture(data, offset, arguments, writer(tensor));
  }

  std::unique_ptr<ImageTransform> prepare_jpeg(const py::buffer& data, const py::array& tensor, std::int64_t offset) {
    return from_jpeg(data, offset, writer(tensor));
  }

 private:
  const vision::ValueTable values_;
  const std::int32_t width_, height_;
  const bool channels_first_;
  DestinationArray tensor_;
};

}  // namespace

void define_tensor_preparation(py::module_& module) {
  py::class_<TensorPreparation>(module, "TensorPreparation")
      .def(py::init([](const std::string& name, std::int32_t width, std::int32_t height, bool channels_first,
                       std::int32_t dtype, const std::string& color, const std::array<float, 3>& mean,
                       const std::array<float, 3>& scale, const std::optional<std::array<float, 3>>& quant_scale,
                       const std::array<std::int32_t, 3>& zero_point, const std::string& picture_range,
                       const std::string& resize, const std::string& interpolation,
                       const std::optional<std::array<std::int32_t, 4>>& region,
                       const std::array<std::uint8_t, 3>& pad_rgb) {
             vision::PixelFormat format;
             format.dtype = static_cast<hbDNNDataType>(dtype);
             format.channels = channels_from_name(color);
             format.mean = mean;
             format.scale = scale;
             format.quantized = quant_scale.has_value();
             format.quant_scale = quant_scale.value_or(format.quant_scale);
             format.zero_point = zero_point;
             return TensorPreparation::make(make_geometry(resize, interpolation, region, pad_rgb),
                                            vision::color_range_from_name(picture_range), name, format, width, height,
                                            channels_first);
           }),
           py::kw_only(), py::arg("name"), py::arg("width"), py::arg("height"), py::arg("channels_first"),
           py::arg("dtype"), py::arg("color"), py::arg("mean"), py::arg("scale"), py::arg("quant_scale"),
           py::arg("zero_point"), py::arg("picture_range"), py::arg("resize"), py::arg("interpolation"),
           py::arg("region"), py::arg("pad_rgb"))
      .def(
          "prepare",
          [](TensorPreparation& self, const py::buffer& data, std::int64_t width, std::int64_t height,
             std::int64_t step, const std::string& encoding, const py::array& tensor,
             std::int64_t offset) { return self.prepare(data, {width, height, step, encoding}, tensor, offset); },
          py::arg("data"), py::arg("width"), py::arg("height"), py::arg("step"), py::arg("encoding"), py::arg("tensor"),
          py::kw_only(), py::arg("offset"))
      .def_property_readonly("last_correction", &TensorPreparation::last_correction)
      .def("prepare_jpeg", &TensorPreparation::prepare_jpeg, py::arg("data"), py::arg("tensor"), py::kw_only(),
           py::arg("offset"));
}

}  // namespace hbm
