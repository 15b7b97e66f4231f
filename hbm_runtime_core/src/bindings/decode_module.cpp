// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The module hbm_runtime_core._decode: the package hbm_runtime_core.decode is its public face.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <mutex>

#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/made_by_init.hpp"
#include "bindings/memory_error.hpp"
#include "bindings/typed.hpp"
#include "decode/class_map.hpp"
#include "decode/decoder.hpp"
#include "decode/masks.hpp"
#include "driver/error.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

using decode::Options;

std::string text_of(py::handle object) { return py::str(object); }

std::string shape_text(const std::int64_t* shape, std::size_t rank) {
  std::string text = "[";
  for (std::size_t i = 0; i < rank; ++i) {
    text += (i == 0 ? "" : ", ") + (shape[i] < 0 ? "?" : std::to_string(shape[i]));
  }
  return text + "]";
}

/// A copy of native columns as an array of that shape.
template <typename T>
py::object array_of(const std::vector<T>& values, std::vector<py::ssize_t> shape) {
  return py::array_t<T>(std::move(shape), values.data());
}

/// The kind of a result and its arrays.
struct ResultToPython {
  py::tuple operator()(const decode::Detections& found) const {
    const py::ssize_t n = found.size();
    const py::object none = py::none();
    return tagged("detections", array_of(found.boxes, {n, 4}), array_of(found.scores, {n}),
                  array_of(found.classes, {n}), found.has_corners ? array_of(found.corners, {n, 4, 2}) : none,
                  found.keypoint_count >= 0 ? array_of(found.keypoints, {n, found.keypoint_count, 3}) : none,
                  found.mask_height > 0 ? array_of(found.masks, {n, found.mask_height, found.mask_width}) : none);
  }
  py::tuple operator()(const decode::Classification& found) const {
    const auto n = static_cast<py::ssize_t>(found.classes.size());
    return tagged("classification", array_of(found.classes, {n}), array_of(found.scores, {n}));
  }
  py::tuple operator()(const decode::Segmentation& found) const {
    return tagged("segmentation", found.many_classes ? array_of(found.class_map, {found.height, found.width})
                                                     : array_of(found.small_class_map, {found.height, found.width}));
  }
  py::tuple operator()(const decode::TextLine& found) const {
    const auto n = static_cast<py::ssize_t>(found.characters.size());
    return tagged("text", array_of(found.characters, {n}), array_of(found.scores, {n}));
  }

 private:
  template <typename... Arrays>
  static py::tuple tagged(const char* kind, Arrays&&... arrays) {
    return py::make_tuple(kind, py::make_tuple(std::forward<Arrays>(arrays)...));
  }
};

/// An output as Python describes it.
struct NamedOutput : MadeByInit<NamedOutput> {
  static constexpr const char* kNotMade = "Output.__init__() was not called";

  decode::OutputInfo info;
  py::dtype dtype;
};

std::unique_ptr<NamedOutput> make_output(const std::string& name, const std::string& dtype,
                                         const std::vector<std::int64_t>& shape, int channel_axis,
                                         const std::vector<float>& scales,
                                         const std::vector<std::int32_t>& zero_points) {
  auto output = NamedOutput::make();
  output->info = {name, decode::element_from_name(dtype), shape, channel_axis, scales, zero_points};
  output->dtype = py::dtype(dtype);
  decode::check(output->info);
  return output;
}

/// Where the pixels of the model's picture lie in the source: an ImageTransform, whose attributes alone are used,
/// because its class is in a module that need not be there.
decode::SourcePixels source_of(const py::object& transform) {
  const auto number = [&](const char* name) { return transform.attr(name).cast<double>(); };
  const auto pixels = [&](const char* name) { return transform.attr(name).cast<std::int64_t>(); };
  return {number("scale_x"), number("scale_y"), number("pad_left"),  number("pad_top"),
          number("crop_x"),  number("crop_y"),  pixels("src_width"), pixels("src_height")};
}

/// The decoder of a model, behind a lock.
class NativeDecoder : public MadeByInit<NativeDecoder> {
 public:
  static constexpr const char* kNotMade = "Decoder.__init__() was not called";

  NativeDecoder(const std::string& family, const std::vector<NamedOutput>& outputs, std::int64_t width,
                std::int64_t height, std::map<std::string, std::vector<double>> settings)
      : width_(width), height_(height) {
    for (const NamedOutput& output : outputs) {
      infos_.push_back(output.info);
      dtypes_.push_back(output.dtype);
    }
    decoder_ = decode::find_family(family).make(infos_, decode::Settings(std::move(settings)));
  }

  Typed<type_text::kDecoded> decode(const Arrays& outputs, const std::shared_ptr<Options>& options,
                                    const Typed<type_text::kTransform>& transform) {
    return with_memory_errors("decode", [&] { return decode_arrays(outputs, options, transform); });
  }

 private:
  Typed<type_text::kDecoded> decode_arrays(const Arrays& outputs, const std::shared_ptr<Options>& options,
                                           const Typed<type_text::kTransform>& transform) {
    // The arrays stay alive while other threads have the interpreter's lock.
    std::vector<py::array> arrays;
    for (std::size_t i = 0; i < infos_.size(); ++i) {
      arrays.push_back(array_for(i, outputs));
    }
    decode::Frame frame{{}, width_, height_};
    decode::SourcePixels source;
    if (transform.is_none()) {
      source.width = width_;
      source.height = height_;
    } else {
      source = source_of(transform);
      frame.width = transform.attr("dst_width").cast<std::int64_t>();
      frame.height = transform.attr("dst_height").cast<std::int64_t>();
      require_size(frame.width, frame.height);
    }
    for (std::size_t i = 0; i < infos_.size(); ++i) {
      frame.outputs.emplace_back(infos_[i], arrays[i].data(), arrays[i].shape(), arrays[i].strides());
    }
    // Never waited for by a thread that has the interpreter's lock.
    std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
    {
      const GilRelease released;
      lock.lock();
      if (options != prepared_) {
        prepared_.reset();
        decoder_->prepare(infos_, *options);
        prepared_ = options;
      }
      decoder_->decode(frame, *options, result_);
      if (auto* found = std::get_if<decode::Detections>(&result_)) {
        decode::to_source(source, *found);
      }
    }
    return std::visit(ResultToPython{}, result_);
  }

  void require_size(std::int64_t width, std::int64_t height) const {
    if (width_ != 0 && (width != width_ || height != height_)) {
      throw ValueError("transform: expected one to the model's " + std::to_string(width_) + "x" +
                       std::to_string(height_) + " pixels, got one to " + std::to_string(width) + "x" +
                       std::to_string(height));
    }
  }

  py::array array_for(std::size_t index, const py::object& outputs) const {
    const decode::OutputInfo& info = infos_[index];
    py::object value;
    try {
      value = outputs[py::str(info.name)];
    } catch (const py::error_already_set& error) {
      if (!error.matches(PyExc_KeyError)) {
        throw;
      }
      throw ValueError("outputs: expected one named '" + info.name + "', got " + text_of(py::list(outputs)));
    }
    if (!py::isinstance<py::array>(value)) {
      throw TypeError("output '" + info.name + "': expected a numpy array, got " +
                      text_of(py::type::of(value).attr("__name__")));
    }
    auto array = py::reinterpret_borrow<py::array>(value);
    bool fits = array.dtype().equal(dtypes_[index]) && array.ndim() == static_cast<py::ssize_t>(info.shape.size());
    for (std::size_t i = 0; fits && i < info.shape.size(); ++i) {
      const std::int64_t length = array.shape()[i];
      fits = info.shape[i] == length || (info.shape[i] < 0 && length > 0);
    }
    if (!fits) {
      throw ValueError("output '" + info.name + "': expected " + text_of(dtypes_[index]) + " " +
                       shape_text(info.shape.data(), info.shape.size()) + ", got " + text_of(array.dtype()) + " " +
                       shape_text(array.shape(), static_cast<std::size_t>(array.ndim())));
    }
    return array;
  }

  std::int64_t width_, height_;  // of the model's picture, 0 where each call decides
  std::vector<decode::OutputInfo> infos_;
  std::vector<py::dtype> dtypes_;
  std::unique_ptr<decode::Decoder> decoder_;
  std::mutex mutex_;  // for all below
  std::shared_ptr<Options> prepared_;
  decode::Result result_;
};

/// [height, width] of the source picture: 0, or i + 1 where the object i is.
Array label_image(const py::array_t<std::uint8_t, py::array::c_style>& masks,
                  const py::array_t<float, py::array::c_style>& boxes, std::int64_t width, std::int64_t height,
                  const Typed<type_text::kTransform>& transform) {
  if (masks.ndim() != 3 || boxes.ndim() != 2 || boxes.shape(0) != masks.shape(0) || boxes.shape(1) != 4) {
    throw ValueError("masks: expected [n, h, w] and boxes [n, 4], got " +
                     shape_text(masks.shape(), static_cast<std::size_t>(masks.ndim())) + " and " +
                     shape_text(boxes.shape(), static_cast<std::size_t>(boxes.ndim())));
  }
  decode::SourcePixels source;
  source.width = width;
  source.height = height;
  std::int64_t model_width = width;
  std::int64_t model_height = height;
  if (!transform.is_none()) {
    source = source_of(transform);
    model_width = transform.attr("dst_width").cast<std::int64_t>();
    model_height = transform.attr("dst_height").cast<std::int64_t>();
  }
  const decode::MaskStack stack{masks.data(), masks.shape(0), masks.shape(1), masks.shape(2)};
  const float* box_data = boxes.data();
  const auto write = [&](auto label) -> Array {
    using Label = decltype(label);
    auto labels = with_memory_errors("label_image", [&] { return py::array_t<Label>({source.height, source.width}); });
    Label* const data = labels.mutable_data();
    {
      const GilRelease released;
      decode::write_label_image(stack, box_data, source, model_width, model_height, data);
    }
    return std::move(labels);
  };
  return stack.count <= 255 ? write(std::uint8_t{}) : write(std::uint16_t{});
}

/// The class of each pixel of a picture; `placement`: the fields of a GridPlacement.
Array sample_classes(const py::array& class_map, const std::array<double, 4>& placement, std::int64_t width,
                     std::int64_t height) {
  const auto sample = [&](auto number) -> Array {
    using Class = decltype(number);
    const auto grid = py::array_t<Class, py::array::c_style>::ensure(class_map);
    const Class* cells = grid.data();
    const std::int64_t grid_width = grid.shape(1), grid_height = grid.shape(0);
    auto classes = with_memory_errors("sample_classes", [&] { return py::array_t<Class>({height, width}); });
    Class* const data = classes.mutable_data();
    {
      const GilRelease released;
      decode::sample_classes(cells, grid_width, grid_height, {placement[0], placement[1], placement[2], placement[3]},
                             width, height, data);
    }
    return std::move(classes);
  };
  if (class_map.ndim() == 2 && width >= 0 && height >= 0) {
    if (py::isinstance<py::array_t<std::uint8_t>>(class_map)) {
      return sample(std::uint8_t{});
    }
    if (py::isinstance<py::array_t<std::uint16_t>>(class_map)) {
      return sample(std::uint16_t{});
    }
  }
  throw ValueError("class_map: expected uint8 or uint16 [h, w], got " + text_of(class_map.dtype()) + " " +
                   shape_text(class_map.shape(), static_cast<std::size_t>(class_map.ndim())));
}

}  // namespace
}  // namespace hbm

PYBIND11_MODULE(_decode, module) {
  using hbm::NamedOutput;
  using hbm::NativeDecoder;
  using hbm::decode::Options;
  module.doc() = "Native part of hbm_runtime_core.decode; use the names of that package.";
  hbm::register_error_translation();
  py::class_<NamedOutput>(module, "Output")
      .def(py::init(&hbm::make_output), py::kw_only(), py::arg("name"), py::arg("dtype"), py::arg("shape"),
           py::arg("channel_axis"), py::arg("scales"), py::arg("zero_points"));
  py::class_<Options, std::shared_ptr<Options>>(module, "Options")
      .def(py::init([](float confidence, std::vector<float> class_confidence, float iou, std::int64_t max_detections,
                       bool class_agnostic) {
             return std::make_shared<Options>(
                 Options{confidence, std::move(class_confidence), iou, max_detections, class_agnostic});
           }),
           py::kw_only(), py::arg("confidence"), py::arg("class_confidence"), py::arg("iou"), py::arg("max_detections"),
           py::arg("class_agnostic"));
  py::class_<NativeDecoder>(module, "Decoder")
      .def(py::init([](const std::string& family, const std::vector<NamedOutput>& outputs, std::int64_t width,
                       std::int64_t height, std::map<std::string, std::vector<double>> settings) {
             return NativeDecoder::make(family, outputs, width, height, std::move(settings));
           }),
           py::kw_only(), py::arg("family"), py::arg("outputs"), py::arg("width"), py::arg("height"),
           py::arg("settings"))
      .def("decode", &NativeDecoder::decode, py::arg("outputs"), py::arg("options"), py::arg("transform"));
  module.def("sample_classes", &hbm::sample_classes, py::arg("class_map"), py::arg("placement"), py::arg("width"),
             py::arg("height"));
  module.def("label_image", &hbm::label_image, py::arg("masks"), py::arg("boxes"), py::arg("width"), py::arg("height"),
             py::arg("transform"));
  hbm::watch_interpreter_exit();
}
