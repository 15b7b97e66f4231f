// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/quantization.hpp"

#include <pybind11/numpy.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "bindings/numpy_array.hpp"
#include "bindings/parameters.hpp"
#include "bindings/run_arguments.hpp"
#include "bindings/typed.hpp"
#include "driver/error.hpp"
#include "hbm/tensor/dtype.hpp"
#include "hbm/tensor/nibble.hpp"
#include "hbm/tensor/quantize.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

using RealArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

// The dtype whose arrays have this type, not counting the packed ones.
hbDNNDataType dtype_of_array(const py::array& array, const char* function) {
  const std::string name = type_name_of(array);
  for (int number = HB_DNN_TENSOR_TYPE_S8; number < HB_DNN_TENSOR_TYPE_MAX; ++number) {
    if (name == tensor::array_type_name(number)) {
      return static_cast<hbDNNDataType>(number);
    }
  }
  throw TypeError(std::string(function) + ": no tensor has elements of " + name);
}

hbDNNDataType wanted_dtype(const py::object& dtype) {
  if (py::isinstance<hbDNNDataType>(dtype)) {
    const auto wanted = dtype.cast<hbDNNDataType>();
    if (!tensor::is_dtype(wanted)) {
      throw ValueError("quantize: hbDNNDataType.MAX is no type");
    }
    return wanted;
  }
  return dtype_of_array(py::module_::import("numpy").attr("empty")(0, dtype), "quantize");
}

py::array require_array(const py::object& object, const char* function) {
  if (!is_array(object.ptr())) {
    throw TypeError(std::string(function) + ": expected a numpy array, got " + kind_of(object.ptr()));
  }
  return py::reinterpret_borrow<py::array>(object);
}

// What the tensor library refuses is a wrong value of the caller's.
template <typename Body>
void with_value_errors(const char* function, const Body& body) {
  try {
    body();
  } catch (const std::invalid_argument& error) {
    throw ValueError(std::string(function) + ": " + error.what());
  }
}

py::array_t<float> dequantize_array(const Array& object, const QuantParams& quant) {
  const py::array array = require_array(object, "dequantize");
  if (quant.quant_type == NONE) {
    return array.attr("astype")("float32");
  }
  const hbDNNDataType dtype = dtype_of_array(array, "dequantize");
  if (!tensor::element_type(dtype).is_integer()) {
    throw TypeError("dequantize: expected integers, got " + type_name_of(array));
  }
  const py::array native =
      has_other_byte_order(array) ? py::array(array.attr("astype")(array.dtype().attr("newbyteorder")("="))) : array;
  const auto rank = static_cast<int>(native.ndim());
  const tensor::Elements elements{native.data(), tensor::element_type(dtype), native.shape(), native.strides(), rank};
  const Quantization quantization = to_quantization(quant, rank);
  py::array_t<float> result(py::array::ShapeContainer(native.shape(), native.shape() + rank));
  float* to = result.mutable_data();
  with_value_errors("dequantize", [&] {
    const GilRelease release;
    tensor::check_scales(quantization.scale);
    tensor::dequantize(elements, quantization, to);
  });
  return result;
}

py::array quantize_array(const Array& object, const QuantParams& quant,
                         const Typed<type_text::kAnyDtype>& dtype_object) {
  const py::array array = require_array(object, "quantize");
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b') {
    throw TypeError("quantize: expected numbers, got " + type_name_of(array));
  }
  const hbDNNDataType dtype = wanted_dtype(dtype_object);
  const RealArray real(array);
  const tensor::ElementType type = tensor::element_type(dtype);
  const auto rank = static_cast<int>(real.ndim());
  std::vector<std::int64_t> shape(real.shape(), real.shape() + rank);
  Quantization quantization = to_quantization(quant, rank);
  if (quant.quant_type == NONE) {
    quantization.scale = {1.0F};
    quantization.zero_point = {0};
  }
  if (type.is_packed() && shape.empty()) {
    throw ValueError("quantize: 4-bit values are packed along the last dimension, and the array has none");
  }
  py::array result(py::dtype(to_string(type.item_type())), shape);
  void* to = result.mutable_data();
  const float* from = real.data();
  with_value_errors("quantize", [&] {
    const GilRelease release;
    tensor::quantize(from, shape.data(), rank, quantization, type, to);
  });
  if (!type.is_packed()) {
    return result;
  }
  const std::int64_t count = shape.back();
  shape.back() = type.items(count);
  py::array packed(result.dtype(), shape);
  const auto* values = static_cast<const std::uint8_t*>(result.data());
  auto* line = static_cast<std::uint8_t*>(packed.mutable_data());
  for (py::ssize_t done = 0; done < result.size(); done += count, line += shape.back()) {
    tensor::pack_nibbles(values + done, count, line);
  }
  return packed;
}

void check(const QuantParams& quant, const Ints& shape) {
  if (quant.quant_type == NONE) {
    return;
  }
  const std::vector<std::int64_t> lengths = to_int64_list(shape.ptr(), "shape");
  const auto rank = static_cast<int>(lengths.size());
  const Quantization quantization = to_quantization(quant, rank);
  with_value_errors("quantization", [&] {
    tensor::check_scales(quantization.scale);
    tensor::check_quantization(quantization, lengths.data(), rank);
  });
}

}  // namespace

void define_quantization(py::module_& module) {
  module.def(
      "dequantize",
      [](const Array& array, const QuantParams& quant) {
        return with_memory_errors("dequantize", [&] { return dequantize_array(array, quant); });
      },
      py::arg("array"), py::arg("quant"),
      "Real values of a quantized tensor: (q - zero_point) * scale, float32 and C-contiguous.\n"
      "\n"
      "array: integers of any strides. quant: QuantParams, one scale or one for each slice along its axis; NONE\n"
      "only converts. HbmValueError where the number of scales does not fit the shape.");
  module.def(
      "quantize",
      [](const Array& array, const QuantParams& quant, const Typed<type_text::kAnyDtype>& dtype) {
        return with_memory_errors("quantize", [&] { return quantize_array(array, quant, dtype); });
      },
      py::arg("array"), py::arg("quant"), py::arg("dtype"),
      "Integers for a quantized tensor: clip(round_half_even(x / scale) + zero_point).\n"
      "\n"
      "dtype: hbDNNDataType or a NumPy type of 8 to 32 bits. S4 and U4 give packed bytes, the first value in the\n"
      "low nibble. HbmValueError where a value is NaN; infinity saturates.");
  module.def("check_quantization", &check, py::arg("quant"), py::arg("shape"),
             "Raise HbmValueError where scales, zero points and axis of `quant` do not fit a tensor of this shape.");
}

}  // namespace hbm
