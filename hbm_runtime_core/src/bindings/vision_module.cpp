// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The module hbm_runtime_core._vision: hbm_runtime_core/vision.py is its public face.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <mutex>
#include <optional>
#include <string>

#include "bindings/errors.hpp"
#include "bindings/image_transform.hpp"
#include "driver/error.hpp"
#include "vision/preparation.hpp"

namespace hbm {
namespace {

namespace py = pybind11;
using vision::ImageTransform;

/// The bytes of any C-contiguous buffer object, held while a picture is read from them.
class Bytes {
 public:
  explicit Bytes(const py::buffer& object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  }
  ~Bytes() { PyBuffer_Release(&view_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  const uint8_t* data() const { return static_cast<const uint8_t*>(view_.buf); }
  size_t size() const { return static_cast<size_t>(view_.len); }

 private:
  Py_buffer view_{};
};

struct PictureArguments {
  int64_t width, height, step, offset;
  std::string encoding;
};

vision::Picture read_picture(const Bytes& bytes, const PictureArguments& arguments) {
  if (arguments.offset < 0 || static_cast<uint64_t>(arguments.offset) > bytes.size()) {
    throw ValueError("picture data: offset " + std::to_string(arguments.offset) + " is not inside the " +
                     std::to_string(bytes.size()) + " bytes");
  }
  return vision::make_picture(bytes.data() + arguments.offset, bytes.size() - static_cast<size_t>(arguments.offset),
                              arguments.width, arguments.height, arguments.step, arguments.encoding);
}

void require_shape(const py::array& array, const char* what, std::initializer_list<py::ssize_t> shape,
                   py::ssize_t item_bytes) {
  bool fits = array.ndim() == static_cast<py::ssize_t>(shape.size()) && array.itemsize() == item_bytes &&
              array.writeable();
  py::ssize_t axis = 0;
  for (const py::ssize_t side : shape) fits = fits && array.shape(axis++) == side;
  if (!fits) throw ValueError(std::string("destination ") + what + " is not the array that this preparation fills");
}

/// Two planes, u8.
class Nv12Preparation {
 public:
  Nv12Preparation(const vision::Geometry& geometry, int32_t width, int32_t height)
      : preparation_(geometry), width_(width), height_(height) {
    if (width <= 0 || height <= 0 || width % 2 != 0 || height % 2 != 0) {
      throw ValueError("NV12 input of " + std::to_string(width) + "x" + std::to_string(height) +
                       ": both sides must be positive and even");
    }
  }

  ImageTransform prepare(const py::buffer& data, const PictureArguments& arguments, const py::array& y,
                         const py::array& uv) {
    require_shape(y, "y", {1, height_, width_, 1}, 1);
    require_shape(uv, "uv", {1, height_ / 2, width_ / 2, 2}, 1);
    if (uv.strides(2) != 2 || uv.strides(3) != 1 || y.strides(2) != 1) {
      throw ValueError("destination y, uv: the pixels of a row must lie side by side");
    }
    const vision::Nv12Destination destination{
        {static_cast<uint8_t*>(const_cast<void*>(y.data())), static_cast<int32_t>(y.strides(1)),
         static_cast<uint8_t*>(const_cast<void*>(uv.data())), static_cast<int32_t>(uv.strides(1))},
        width_,
        height_};
    const Bytes bytes(data);
    const py::gil_scoped_release released;
    const std::lock_guard lock(mutex_);
    return preparation_.prepare(read_picture(bytes, arguments), destination);
  }

 private:
  vision::Preparation preparation_;
  const int32_t width_, height_;
  std::mutex mutex_;
};

/// One tensor [1, C, H, W] or [1, H, W, C].
class TensorPreparation {
 public:
  TensorPreparation(const vision::Geometry& geometry, const vision::PixelFormat& format, int32_t width, int32_t height,
                    bool channels_first)
      : preparation_(geometry), values_(format), width_(width), height_(height), channels_first_(channels_first) {}

  ImageTransform prepare(const py::buffer& data, const PictureArguments& arguments, const py::array& tensor) {
    const py::ssize_t channels = values_.channel_count();
    if (channels_first_) {
      require_shape(tensor, "tensor", {1, channels, height_, width_}, values_.element_bytes());
    } else {
      require_shape(tensor, "tensor", {1, height_, width_, channels}, values_.element_bytes());
    }
    const vision::TensorDestination destination{static_cast<uint8_t*>(const_cast<void*>(tensor.data())),
                                                width_,
                                                height_,
                                                tensor.strides(channels_first_ ? 2 : 1),
                                                tensor.strides(channels_first_ ? 3 : 2),
                                                tensor.strides(channels_first_ ? 1 : 3)};
    const Bytes bytes(data);
    const py::gil_scoped_release released;
    const std::lock_guard lock(mutex_);
    return preparation_.prepare(read_picture(bytes, arguments), destination, values_);
  }

 private:
  vision::Preparation preparation_;
  const vision::ValueTable values_;
  const int32_t width_, height_;
  const bool channels_first_;
  std::mutex mutex_;
};

vision::Geometry make_geometry(const std::string& resize, const std::string& interpolation,
                               const std::optional<std::array<int32_t, 4>>& region,
                               const std::array<uint8_t, 3>& pad_rgb) {
  vision::Geometry geometry;
  geometry.mode = vision::resize_mode_from_name(resize);
  geometry.interpolation = vision::interpolation_from_name(interpolation);
  if (region) geometry.region = vision::Rectangle{(*region)[0], (*region)[1], (*region)[2], (*region)[3]};
  geometry.pad_rgb = pad_rgb;
  return geometry;
}

vision::Channels channels_from_name(const std::string& name) {
  if (name == "rgb") return vision::Channels::kRgb;
  if (name == "bgr") return vision::Channels::kBgr;
  if (name == "grey") return vision::Channels::kGrey;
  throw ValueError("colour order '" + name + "' is unknown; known are rgb, bgr, grey");
}

}  // namespace

PYBIND11_MODULE(_vision, module) {
  register_error_translation();
  define_image_transform(module);
  module.attr("ENCODINGS") = py::tuple(py::cast(vision::encoding_names()));

  py::class_<Nv12Preparation>(module, "Nv12Preparation")
      .def(py::init([](int32_t width, int32_t height, const std::string& resize, const std::string& interpolation,
                       const std::optional<std::array<int32_t, 4>>& region, const std::array<uint8_t, 3>& pad_rgb) {
             return std::make_unique<Nv12Preparation>(make_geometry(resize, interpolation, region, pad_rgb), width,
                                                      height);
           }),
           py::arg("width"), py::arg("height"), py::arg("resize"), py::arg("interpolation"), py::arg("region"),
           py::arg("pad_rgb"))
      .def(
          "prepare",
          [](Nv12Preparation& self, const py::buffer& data, int64_t width, int64_t height, int64_t step,
             const std::string& encoding, const py::array& y, const py::array& uv, int64_t offset) {
            return self.prepare(data, {width, height, step, offset, encoding}, y, uv);
          },
          py::arg("data"), py::arg("width"), py::arg("height"), py::arg("step"), py::arg("encoding"), py::arg("y"),
          py::arg("uv"), py::arg("offset") = 0);

  py::class_<TensorPreparation>(module, "TensorPreparation")
      .def(py::init([](int32_t width, int32_t height, bool channels_first, int32_t dtype, const std::string& colour,
                       const std::array<float, 3>& mean, const std::array<float, 3>& scale,
                       const std::optional<std::array<float, 3>>& quant_scale, const std::array<int32_t, 3>& zero_point,
                       const std::string& resize, const std::string& interpolation,
                       const std::optional<std::array<int32_t, 4>>& region, const std::array<uint8_t, 3>& pad_rgb) {
             vision::PixelFormat format;
             format.dtype = static_cast<hbDNNDataType>(dtype);
             format.channels = channels_from_name(colour);
             format.mean = mean;
             format.scale = scale;
             format.quantized = quant_scale.has_value();
             format.quant_scale = quant_scale.value_or(format.quant_scale);
             format.zero_point = zero_point;
             return std::make_unique<TensorPreparation>(make_geometry(resize, interpolation, region, pad_rgb), format,
                                                        width, height, channels_first);
           }),
           py::arg("width"), py::arg("height"), py::arg("channels_first"), py::arg("dtype"), py::arg("colour"),
           py::arg("mean"), py::arg("scale"), py::arg("quant_scale"), py::arg("zero_point"), py::arg("resize"),
           py::arg("interpolation"), py::arg("region"), py::arg("pad_rgb"))
      .def(
          "prepare",
          [](TensorPreparation& self, const py::buffer& data, int64_t width, int64_t height, int64_t step,
             const std::string& encoding, const py::array& tensor, int64_t offset) {
            return self.prepare(data, {width, height, step, offset, encoding}, tensor);
          },
          py::arg("data"), py::arg("width"), py::arg("height"), py::arg("step"), py::arg("encoding"),
          py::arg("tensor"), py::arg("offset") = 0);
}

}  // namespace hbm
