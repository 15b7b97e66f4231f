// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "result_writer.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "hbm/tensor/strided.hpp"
#include "hbm/xxh3.hpp"
#include "message_buffer.hpp"
#include "python_text.hpp"

namespace hbm_wire {
namespace {

namespace py = pybind11;

using hbm::tensor::ElementType;
using hbm::tensor::TypeCode;

// The fields of an output whose real values a result contains.
TensorType real_type(const TensorType& given, std::uint8_t bits) {
  TensorType type;
  type.name = given.name;
  type.dtype_code = static_cast<std::uint8_t>(TypeCode::kFloat);
  type.dtype_bits = bits;
  return type;
}

// The hash of the elements in row-major order. What lies between them, the padding of the device, does not count.
std::string digest(const py::array& array) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  {
    const hbm::GilRelease unlocked;
    const std::vector<std::int64_t> shape(array.shape(), array.shape() + array.ndim());
    const std::vector<std::int64_t> strides(array.strides(), array.strides() + array.ndim());
    hbm::tensor::Axes axes(shape.data(), strides.data(), strides.data(), static_cast<int>(shape.size()));
    const auto run_bytes = static_cast<std::size_t>(axes.pop_run(array.itemsize()));
    const auto* first = static_cast<const std::uint8_t*>(array.data());
    axes.walk([&](std::int64_t offset, std::int64_t) { XXH3_128bits_update(&state, first + offset, run_bytes); });
  }
  return hbm::xxh3_hexadecimal(state);
}

}  // namespace

ResultWriter::ResultWriter(std::string model, std::vector<TensorType> outputs, std::vector<std::uint8_t> real_bits)
    : model_(std::move(model)) {
  real_bits.resize(real_bits.empty() ? outputs.size() : real_bits.size());
  if (real_bits.size() != outputs.size()) {
    throw py::value_error("model '" + model_ + "': expected real_bits for " + std::to_string(outputs.size()) +
                          " outputs, got " + std::to_string(real_bits.size()));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (real_bits[i] != 0 && real_bits[i] != 16 && real_bits[i] != 32) {
      throw py::value_error("output '" + outputs[i].name + "': expected real_bits 0, 16 or 32, got " +
                            std::to_string(real_bits[i]));
    }
    const bool as_real = real_bits[i] != 0;
    TensorType& given = outputs[i];
    TensorType written = as_real ? real_type(given, real_bits[i]) : given;
    hbm::tensor::Quantization quantization{given.quant_scale, given.quant_zero_point, given.quant_axis};
    outputs_.push_back({std::move(given), std::move(written), std::move(quantization), as_real});
  }
}

OutputTensor ResultWriter::describe(const Output& output, const py::array& array) {
  const TensorType& given = output.given;
  const ElementType type{static_cast<TypeCode>(given.dtype_code), given.dtype_bits};
  if (array.itemsize() != type.item_bytes()) {
    throw py::value_error("output '" + given.name + "': expected elements of " + std::to_string(type.item_bytes()) +
                          " bytes, got " + std::to_string(array.itemsize()));
  }
  std::vector<std::int64_t> shape(array.shape(), array.shape() + array.ndim());
  if (type.is_packed() && !shape.empty()) {
    if (shape.back() != type.items(given.packed_length)) {
      throw py::value_error("output '" + given.name + "': expected " + std::to_string(type.items(given.packed_length)) +
                            " bytes along the last axis, two 4-bit elements each, got " + std::to_string(shape.back()));
    }
    shape.back() = given.packed_length;
  }
  if (output.as_real) {
    try {
      hbm::tensor::check_quantization(output.quantization, shape.data(), static_cast<int>(shape.size()));
    } catch (const std::invalid_argument& error) {
      throw py::value_error("output '" + given.name + "': " + error.what());
    }
  }
  return {output.written,
          type,
          array.data(),
          std::move(shape),
          {array.strides(), array.strides() + array.ndim()},
          output.as_real ? &output.quantization : nullptr};
}

py::memoryview ResultWriter::write(const FrameHeader& header, std::uint64_t sequence,
                                   const std::vector<const ImageTransform*>& transforms, const Timing& timing,
                                   const std::vector<py::array>& outputs) {
  if (outputs.size() != outputs_.size()) {
    throw py::value_error("model '" + model_ + "': expected " + std::to_string(outputs_.size()) + " outputs, got " +
                          std::to_string(outputs.size()));
  }
  std::vector<OutputTensor> tensors;
  tensors.reserve(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    tensors.push_back(describe(outputs_[i], outputs[i]));
  }
  const ResultMessage result{header, model_, sequence, transforms, timing, tensors};
  return hbm::with_memory_errors(
      "write", [this] { return model_; },
      [&] {
        return fill_message(buffers_, result_size_bytes(result),
                            [&](std::uint8_t* target) { write_result(result, target); });
      });
}

void define_result_writer(py::module_& module) {
  py::class_<ImageTransform>(module, "ImageTransform", "The fields of hbm_runtime_ros/msg/ImageTransform.")
      .def(py::init([](const std::vector<py::str>& inputs, std::string mode, std::uint32_t source_width,
                       std::uint32_t source_height, std::uint32_t model_width, std::uint32_t model_height,
                       double scale_x, double scale_y, double pad_left, double pad_top, double crop_left,
                       double crop_top) {
             std::vector<std::string> names(inputs.size());
             std::transform(inputs.begin(), inputs.end(), names.begin(), &to_bytes);
             return ImageTransform{std::move(names), std::move(mode), source_width, source_height,
                                   model_width,      model_height,    scale_x,      scale_y,
                                   pad_left,         pad_top,         crop_left,    crop_top};
           }),
           py::kw_only(), py::arg("inputs"), py::arg("mode"), py::arg("source_width"), py::arg("source_height"),
           py::arg("model_width"), py::arg("model_height"), py::arg("scale_x"), py::arg("scale_y"), py::arg("pad_left"),
           py::arg("pad_top"), py::arg("crop_left"), py::arg("crop_top"));

  py::class_<TensorType>(module, "TensorType",
                         "The fields of hbm_runtime_ros/msg/Tensor that are the same in every result.")
      .def(py::init([](const py::str& name, std::uint8_t dtype_code, std::uint8_t dtype_bits,
                       std::int64_t packed_length, std::uint8_t quant_type, std::vector<float> quant_scale,
                       std::vector<std::int32_t> quant_zero_point, std::int32_t quant_axis) {
             return TensorType{to_bytes(name),
                               dtype_code,
                               dtype_bits,
                               packed_length,
                               quant_type,
                               std::move(quant_scale),
                               std::move(quant_zero_point),
                               quant_axis};
           }),
           py::kw_only(), py::arg("name"), py::arg("dtype_code"), py::arg("dtype_bits"), py::arg("packed_length"),
           py::arg("quant_type"), py::arg("quant_scale"), py::arg("quant_zero_point"), py::arg("quant_axis"));

  py::class_<ResultWriter>(module, "ResultWriter",
                           "Serializes the hbm_runtime_ros/msg/InferenceResult of one model into reused buffers.")
      .def(py::init<std::string, std::vector<TensorType>, std::vector<std::uint8_t>>(), py::arg("model"),
           py::arg("outputs"), py::arg("real_bits") = std::vector<std::uint8_t>(),
           "Args:\n"
           "    model: name in the results.\n"
           "    outputs: what the model gives.\n"
           "    real_bits: for each output the bits of the floats that its elements become, 32 or 16, or 0 if they "
           "are not converted. Empty: none is converted.")
      .def("write", &ResultWriter::write, py::kw_only(), py::arg("header"), py::arg("sequence"), py::arg("transforms"),
           py::arg("timing"), py::arg("outputs"),
           "Return the serialized message, read-only. Its memory is reused once nothing refers to it.\n\n"
           "Args:\n"
           "    header: FrameHeader of the frame.\n"
           "    sequence: number of the frame.\n"
           "    transforms: ImageTransform of each prepared picture.\n"
           "    timing: the seven fields of hbm_runtime_ros/msg/Timing in its order, ns.\n"
           "    outputs: one array per output, any strides; written compact, as floats where real_bits say so.\n\n"
           "Raises:\n"
           "    ValueError: another number of outputs, elements of another size, or a shape that the quantization does "
           "not fit.");

  module.def("digest", &digest, py::arg("array"),
             "Return the XXH3-128 of the elements of an array in row-major order, 32 hexadecimal digits, whatever its "
             "strides.");
}

}  // namespace hbm_wire
