// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The module hbm_runtime_core._overlay: hbm_runtime_core/overlay.py is its public face. A module of its own, as _vision
// is.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/made_by_init.hpp"
#include "bindings/picture_arguments.hpp"
#include "driver/error.hpp"
#include "overlay/canvas.hpp"
#include "overlay/class_color.hpp"
#include "overlay/jpeg_encoder.hpp"
#include "overlay/overlay.hpp"
#include "vision/jpeg_decoder.hpp"

namespace hbm {
namespace {

namespace py = pybind11;

template <typename Element>
using Array = py::array_t<Element, py::array::c_style | py::array::forcecast>;

/// Throws ValueError where `array` has not the shape [count, ...].
template <typename Element>
const Element* checked(const std::optional<Array<Element>>& array, const char* name, py::ssize_t count,
                       std::initializer_list<py::ssize_t> rest) {
  if (!array) {
    return nullptr;
  }
  bool fits = array->ndim() == static_cast<py::ssize_t>(rest.size()) + 1 && array->shape(0) == count;
  py::ssize_t axis = 1;
  std::string expected = std::to_string(count);
  for (const py::ssize_t length : rest) {
    fits = fits && (length < 0 || array->shape(axis) == length);
    expected += ", " + (length < 0 ? std::string("any") : std::to_string(length));
    ++axis;
  }
  if (!fits) {
    std::string got;
    for (py::ssize_t i = 0; i < array->ndim(); ++i) {
      got += (i == 0 ? "" : ", ") + std::to_string(array->shape(i));
    }
    throw ValueError(std::string("'") + name + "': expected shape [" + expected + "], got [" + got + "]");
  }
  return array->data();
}

/// A canvas with what loads it, draws into it and encodes it. One thread at a time uses it; the others wait.
class Canvas : public MadeByInit<Canvas> {
 public:
  static constexpr const char* kNotMade = "Canvas.__init__() was not called";

  void load(const py::buffer& data, std::int64_t width, std::int64_t height, std::int64_t step,
            const std::string& encoding, const std::string& picture_range) {
    const PictureBytes bytes(data, 0);
    const vision::ColorRange range = vision::color_range_from_name(picture_range);
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    canvas_.load(vision::make_picture(bytes.data(), bytes.size(), width, height, step, encoding, range));
  }

  void load_jpeg(const py::buffer& data) {
    const PictureBytes bytes(data, 0);
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    canvas_.load(decoder_.decode(bytes.data(), bytes.size()));
  }

  void draw_detections(const Array<float>& boxes, const std::optional<Array<float>>& scores,
                       const Array<std::int32_t>& classes, const std::optional<Array<float>>& corners,
                       const std::optional<Array<float>>& keypoints, std::vector<std::string> labels,
                       std::vector<std::string> captions) {
    overlay::Detections detections;
    const py::ssize_t count = boxes.ndim() > 0 ? boxes.shape(0) : 0;
    detections.count = static_cast<std::size_t>(count);
    detections.boxes = checked<float>(boxes, "boxes", count, {4});
    detections.scores = checked(scores, "scores", count, {});
    detections.classes = checked<std::int32_t>(classes, "classes", count, {});
    detections.corners = checked(corners, "corners", count, {4, 2});
    detections.keypoints = checked(keypoints, "keypoints", count, {-1, 3});
    if (keypoints) {
      detections.keypoint_count = static_cast<std::size_t>(keypoints->shape(1));
    }
    if (!captions.empty() && captions.size() != detections.count) {
      throw ValueError("'captions': expected " + std::to_string(count) + " texts, one for each detection, got " +
                       std::to_string(captions.size()));
    }
    detections.labels = std::move(labels);
    detections.captions = std::move(captions);
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    require_picture();
    overlay_.draw(canvas_, detections);
  }

  /// `classes`: of each number, the class whose color it has; negative: it leaves the picture as it is.
  void blend(const py::array& numbers, const std::vector<std::int32_t>& classes) {
    if (numbers.ndim() != 2 || numbers.shape(0) == 0 || numbers.shape(1) == 0 ||
        numbers.strides(1) != numbers.itemsize()) {
      throw ValueError("'numbers': expected one number for each point, shape [height, width], with rows in one piece");
    }
    std::vector<std::optional<vision::Rgb>> colors(classes.size());
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] >= 0) {
        colors[i] = overlay::color_of_class(classes[i]);
      }
    }
    if (py::isinstance<py::array_t<std::uint8_t>>(numbers)) {
      blend_numbers<std::uint8_t>(numbers, colors);
    } else if (py::isinstance<py::array_t<std::uint16_t>>(numbers)) {
      blend_numbers<std::uint16_t>(numbers, colors);
    } else {
      throw ValueError("'numbers': expected uint8 or uint16, got " +
                       py::str(py::handle(numbers.dtype())).cast<std::string>());
    }
  }

  void draw_lines(const std::vector<std::string>& lines, std::vector<std::int32_t> classes) {
    classes.resize(lines.size());
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    require_picture();
    overlay_.draw_lines(canvas_, lines, classes);
  }

  py::bytes jpeg(int quality) {
    if (quality < 1 || quality > 100) {
      throw ValueError("'quality' must be 1 to 100, got " + std::to_string(quality));
    }
    std::string copy;
    {
      const GilRelease released;
      const std::lock_guard lock(mutex_);
      require_picture();
      const overlay::JpegFile file = encoder_.encode(canvas_, quality);
      copy.assign(reinterpret_cast<const char*>(file.data), file.size_bytes);
    }
    return py::bytes(copy);
  }

  py::array_t<std::uint8_t> bgr() {
    const std::pair<std::int32_t, std::int32_t> before = size();
    const std::int32_t width = before.first, height = before.second;
    py::array_t<std::uint8_t> pixels({height, width, 3});
    std::uint8_t* data = pixels.mutable_data();
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    require_picture();
    if (canvas_.width() != width || canvas_.height() != height) {
      throw std::runtime_error("another thread has loaded a picture into the canvas");
    }
    canvas_.to_bgr(data, 3 * width);
    return pixels;
  }

  std::pair<std::int32_t, std::int32_t> size() {
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    return {canvas_.width(), canvas_.height()};
  }

 private:
  template <typename Number>
  void blend_numbers(const py::array& numbers, const std::vector<std::optional<vision::Rgb>>& colors) {
    const overlay::NumberGrid<Number> grid{static_cast<const Number*>(numbers.data()),
                                           static_cast<std::int32_t>(numbers.shape(1)),
                                           static_cast<std::int32_t>(numbers.shape(0)), numbers.strides(0)};
    const GilRelease released;
    const std::lock_guard lock(mutex_);
    require_picture();
    canvas_.blend(grid, colors);
  }

  void require_picture() const {
    if (canvas_.width() == 0) {
      throw ValueError("the canvas is empty; load a picture first");
    }
  }

  overlay::Canvas canvas_;
  overlay::Overlay overlay_;
  vision::JpegDecoder decoder_;
  overlay::JpegEncoder encoder_;
  std::mutex mutex_;
};

}  // namespace
}  // namespace hbm

PYBIND11_MODULE(_overlay, module) {
  namespace py = pybind11;
  module.doc() = "Native part of hbm_runtime_core.overlay; use the names of that module.";
  hbm::register_error_translation();
  py::class_<hbm::Canvas>(module, "Canvas")
      .def(py::init([] { return hbm::Canvas::make(); }))
      .def_property_readonly("size", &hbm::Canvas::size)
      .def("load", &hbm::Canvas::load, py::arg("data"), py::arg("width"), py::arg("height"), py::arg("step"),
           py::arg("encoding"), py::arg("picture_range"))
      .def("load_jpeg", &hbm::Canvas::load_jpeg, py::arg("data"))
      .def("draw_detections", &hbm::Canvas::draw_detections, py::arg("boxes"), py::arg("scores"), py::arg("classes"),
           py::arg("corners"), py::arg("keypoints"), py::arg("labels"), py::arg("captions"))
      .def("draw_lines", &hbm::Canvas::draw_lines, py::arg("lines"), py::arg("classes"))
      .def("blend", &hbm::Canvas::blend, py::arg("numbers"), py::arg("classes"))
      .def("jpeg", &hbm::Canvas::jpeg, py::arg("quality"))
      .def("bgr", &hbm::Canvas::bgr);
  module.def(
      "color_of_class",
      [](std::int32_t index) {
        const hbm::vision::Rgb color = hbm::overlay::color_of_class(index);
        return std::make_tuple(color.red, color.green, color.blue);
      },
      py::arg("index"));
  hbm::watch_interpreter_exit();
}
