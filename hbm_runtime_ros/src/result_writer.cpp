// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "result_writer.hpp"

#include <pybind11/stl.h>

#include <utility>

namespace hbm_wire {
namespace {

namespace py = pybind11;

OutputTensor describe(const TensorType& type, const py::array& array) {
  const bool packed = type.dtype_bits < 8;
  const std::size_t item_bytes = static_cast<std::size_t>(array.itemsize());
  const std::size_t expected_bytes = packed ? 1 : type.dtype_bits / 8;
  if (item_bytes != expected_bytes) {
    throw py::value_error("output '" + type.name + "': expected elements of " + std::to_string(expected_bytes) +
                          " bytes, got " + std::to_string(item_bytes));
  }
  std::vector<std::int64_t> shape(array.shape(), array.shape() + array.ndim());
  std::vector<std::size_t> lengths(shape.begin(), shape.end());
  std::vector<std::ptrdiff_t> stride_bytes(array.strides(), array.strides() + array.ndim());
  if (packed && !shape.empty()) {
    shape.back() = type.packed_length;
  }
  return {type, std::move(shape), StridedCopy(array.data(), item_bytes, std::move(lengths), std::move(stride_bytes))};
}

}  // namespace

ResultWriter::ResultWriter(std::string model, std::vector<TensorType> outputs)
    : model_(std::move(model)), types_(std::move(outputs)) {}

py::object ResultWriter::take_buffer(std::size_t size_bytes) {
  // Taken out of the member while it is written, so that a second thread gets a buffer of its own. A bytes object may
  // be changed as long as nobody else has a reference to it.
  py::object buffer = std::exchange(buffer_, py::object());
  if (buffer && Py_REFCNT(buffer.ptr()) == 1 &&
      static_cast<std::size_t>(PyBytes_GET_SIZE(buffer.ptr())) == size_bytes) {
    return buffer;
  }
  buffer = py::reinterpret_steal<py::object>(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size_bytes)));
  if (!buffer) {
    throw py::error_already_set();
  }
  return buffer;
}

py::bytes ResultWriter::write(const FrameHeader& header, std::uint64_t sequence,
                              const std::vector<const ImageTransform*>& transforms, const Timing& timing,
                              const std::vector<py::array>& outputs) {
  if (outputs.size() != types_.size()) {
    throw py::value_error("model '" + model_ + "': expected " + std::to_string(types_.size()) + " outputs, got " +
                          std::to_string(outputs.size()));
  }
  std::vector<OutputTensor> tensors;
  tensors.reserve(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    tensors.push_back(describe(types_[i], outputs[i]));
  }
  const ResultMessage result{header, model_, sequence, transforms, timing, tensors};
  py::object buffer = take_buffer(result_size_bytes(result));
  auto* target = reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(buffer.ptr()));
  {
    py::gil_scoped_release unlocked;
    write_result(result, target);
  }
  buffer_ = buffer;
  return py::reinterpret_steal<py::bytes>(buffer.release());
}

void define_result_writer(py::module_& module) {
  py::class_<ImageTransform>(module, "ImageTransform", "The fields of hbm_runtime_ros/msg/ImageTransform.")
      .def(py::init([](std::vector<std::string> inputs, std::string mode, std::uint32_t source_width,
                       std::uint32_t source_height, std::uint32_t model_width, std::uint32_t model_height,
                       double scale_x, double scale_y, double pad_left, double pad_top, double crop_left,
                       double crop_top) {
             return ImageTransform{std::move(inputs), std::move(mode), source_width, source_height,
                                   model_width,       model_height,    scale_x,      scale_y,
                                   pad_left,          pad_top,         crop_left,    crop_top};
           }),
           py::kw_only(), py::arg("inputs"), py::arg("mode"), py::arg("source_width"), py::arg("source_height"),
           py::arg("model_width"), py::arg("model_height"), py::arg("scale_x"), py::arg("scale_y"), py::arg("pad_left"),
           py::arg("pad_top"), py::arg("crop_left"), py::arg("crop_top"));

  py::class_<TensorType>(module, "TensorType", "What hbm_runtime_ros/msg/Tensor says of an output in every result.")
      .def(py::init([](std::string name, std::uint8_t dtype_code, std::uint8_t dtype_bits, std::int64_t packed_length,
                       std::uint8_t quant_type, std::vector<float> quant_scale,
                       std::vector<std::int32_t> quant_zero_point, std::int32_t quant_axis) {
             return TensorType{std::move(name),
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
                           "Serializes the hbm_runtime_ros/msg/InferenceResult of one model into one reused buffer.")
      .def(py::init<std::string, std::vector<TensorType>>(), py::arg("model"), py::arg("outputs"))
      .def("write", &ResultWriter::write, py::kw_only(), py::arg("header"), py::arg("sequence"), py::arg("transforms"),
           py::arg("timing"), py::arg("outputs"),
           "Return the serialized message.\n\n"
           "Args:\n"
           "    header: FrameHeader of the frame.\n"
           "    sequence: number of the frame.\n"
           "    transforms: ImageTransform of each prepared picture.\n"
           "    timing: the seven fields of hbm_runtime_ros/msg/Timing in its order, ns.\n"
           "    outputs: one array an output, any strides; written compact.\n\n"
           "The next call overwrites the returned bytes once the caller has dropped them.\n\n"
           "Raises:\n"
           "    ValueError: another number of outputs, or elements of another size.");
}

}  // namespace hbm_wire
