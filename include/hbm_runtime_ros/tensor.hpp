// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads and makes hbm_runtime_ros/msg/Tensor in C++: views without copying, real values, messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "hbm/tensor/element_type.hpp"
#include "hbm/tensor/half.hpp"
#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/quantize.hpp"
#include "hbm_runtime_ros/msg/tensor.hpp"

namespace hbm_runtime_ros {

using hbm::tensor::element_type_of;
using hbm::tensor::ElementType;
using hbm::tensor::float_from_half;
using hbm::tensor::Half;
using hbm::tensor::half_from_float;
using hbm::tensor::Quantization;
using hbm::tensor::to_string;
using hbm::tensor::TypeCode;

/// A tensor cannot be read. The text names it, what was expected and what came.
class TensorError : public std::invalid_argument {
 public:
  TensorError(const std::string& name, const std::string& reason)
      : std::invalid_argument("tensor '" + name + "': " + reason) {}
};

/// The element type that a message names.
inline ElementType element_type_of(const msg::Tensor& tensor) {
  return {static_cast<TypeCode>(tensor.dtype_code), tensor.dtype_bits};
}

namespace detail {

// Where the elements of a message lie, once it is certain that they lie inside of its data.
struct MessageElements {
  const std::uint8_t* first = nullptr;
  ElementType type;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> stride_bytes;
  std::size_t size = 0;

  int rank() const { return static_cast<int>(shape.size()); }
};

inline MessageElements elements_of(const msg::Tensor& tensor) {
  const ElementType type = element_type_of(tensor);
  if (tensor.dtype_lanes > 1) {
    throw TensorError(tensor.name, "expected elements of 1 lane, got " + std::to_string(tensor.dtype_lanes));
  }
  if (!type.is_packed() && (type.bits == 0 || type.bits % 8 != 0)) {
    throw TensorError(tensor.name, "expected elements of 4 bits or whole bytes, got " + to_string(type));
  }
  const std::size_t rank = tensor.shape.size();
  if (!tensor.strides.empty() && tensor.strides.size() != rank) {
    throw TensorError(tensor.name, "expected a stride for each of " + std::to_string(rank) + " axes, or none, got " +
                                       std::to_string(tensor.strides.size()));
  }
  if (type.is_packed() && !tensor.strides.empty()) {
    throw TensorError(tensor.name, "4-bit elements are read row-major, got strides");
  }
  for (const std::int64_t length : tensor.shape) {
    if (length < 0) {
      throw TensorError(tensor.name, "expected lengths of 0 or more, got " + std::to_string(length));
    }
  }
  MessageElements elements;
  elements.type = type;
  elements.shape.assign(tensor.shape.begin(), tensor.shape.end());
  elements.stride_bytes.resize(rank);
  std::vector<std::int64_t> stored = elements.shape;
  if (rank > 0) {
    stored.back() = type.items(stored.back());
  }
  bool fits = tensor.byte_offset <= tensor.data.size();
  if (tensor.strides.empty()) {
    fits = fits && hbm::tensor::fill_dense_strides(stored.data(), elements.rank(), type.item_bytes(),
                                                   elements.stride_bytes.data());
  }
  for (std::size_t axis = 0; axis < tensor.strides.size(); ++axis) {
    fits = fits && !__builtin_mul_overflow(tensor.strides[axis], type.item_bytes(), &elements.stride_bytes[axis]);
  }
  const auto count = hbm::tensor::product(elements.shape.data(), elements.rank());
  const auto reach = hbm::tensor::reach(stored.data(), elements.stride_bytes.data(), elements.rank());
  const auto size_bytes = static_cast<std::int64_t>(tensor.data.size());
  const auto offset = static_cast<std::int64_t>(tensor.byte_offset);
  const auto is_inside = [&] {
    return *count == 0 || (offset + reach->lowest >= 0 && reach->highest <= size_bytes - offset - type.item_bytes());
  };
  if (!fits || !count || !reach || !is_inside()) {
    throw TensorError(tensor.name, "shape, strides and byte_offset reach outside of its data of " +
                                       std::to_string(size_bytes) + " bytes; was the message truncated?");
  }
  elements.first = tensor.data.data() + tensor.byte_offset;
  elements.size = static_cast<std::size_t>(*count);
  return elements;
}

inline Quantization quantization_of(const msg::Tensor& tensor) {
  if (tensor.quant_type == msg::Tensor::QUANT_NONE) {
    return {};
  }
  if (tensor.quant_type != msg::Tensor::QUANT_SCALE || tensor.quant_scale.empty()) {
    throw TensorError(tensor.name, "expected quant_type 0 (none) or 1 (scale) with scales, got " +
                                       std::to_string(tensor.quant_type) + " with " +
                                       std::to_string(tensor.quant_scale.size()) + " scales");
  }
  return {{tensor.quant_scale.begin(), tensor.quant_scale.end()},
          {tensor.quant_zero_point.begin(), tensor.quant_zero_point.end()},
          tensor.quant_axis};
}

}  // namespace detail

/// The numbers of a tensor in place. It is valid as long as the message is, and its data are not changed in length.
template <typename T>
class TensorView {
 public:
  explicit TensorView(const msg::Tensor& tensor) : elements_(detail::elements_of(tensor)) {
    if (elements_.type != element_type_of<T>()) {
      throw TensorError(tensor.name, "expected elements of " + to_string(element_type_of<T>()) + ", got " +
                                         to_string(elements_.type));
    }
  }

  const std::vector<std::int64_t>& shape() const { return elements_.shape; }
  const std::vector<std::int64_t>& stride_bytes() const { return elements_.stride_bytes; }
  std::size_t rank() const { return elements_.shape.size(); }
  std::size_t size() const { return elements_.size; }  ///< elements

  /// Whether the elements follow each other in row-major order without gaps. Results of the node always do.
  bool is_compact() const {
    return hbm::tensor::is_dense(shape().data(), stride_bytes().data(), elements_.rank(), sizeof(T));
  }

  /// The first element. The others follow where `is_compact()`; else go by `stride_bytes()`.
  const T* data() const { return reinterpret_cast<const T*>(elements_.first); }

  /// The element at an index for each axis. Throws std::out_of_range.
  template <typename... Indices>
  T at(Indices... indices) const {
    const std::int64_t index[] = {static_cast<std::int64_t>(indices)..., 0};
    if (sizeof...(indices) != rank()) {
      throw std::out_of_range("a tensor of " + std::to_string(rank()) + " axes takes as many indices, got " +
                              std::to_string(sizeof...(indices)));
    }
    const std::uint8_t* position = elements_.first;
    for (std::size_t axis = 0; axis < rank(); ++axis) {
      if (index[axis] < 0 || index[axis] >= shape()[axis]) {
        throw std::out_of_range("index " + std::to_string(index[axis]) + " on axis " + std::to_string(axis) +
                                " of length " + std::to_string(shape()[axis]));
      }
      position += index[axis] * stride_bytes()[axis];
    }
    T value;
    std::memcpy(&value, position, sizeof(T));  // a byte_offset may leave it unaligned
    return value;
  }

 private:
  detail::MessageElements elements_;
};

/// Views the numbers of a tensor as `T`, as they are: without dequantizing. Throws TensorError where the elements are
/// of another type, or shape, strides and byte_offset reach outside of the data.
template <typename T>
TensorView<T> tensor_view(const msg::Tensor& tensor) {
  return TensorView<T>(tensor);
}

/// The real values of a tensor in row-major order: dequantized if it is quantized, plain numbers otherwise. Every
/// element type but bfloat16 will do, 4-bit integers too. Throws TensorError.
inline std::vector<float> dequantize(const msg::Tensor& tensor) {
  const detail::MessageElements elements = detail::elements_of(tensor);
  const Quantization quantization = detail::quantization_of(tensor);
  std::vector<float> values(elements.size);
  try {
    hbm::tensor::dequantize(
        {elements.first, elements.type, elements.shape.data(), elements.stride_bytes.data(), elements.rank()},
        quantization, values.data());
  } catch (const std::invalid_argument& error) {
    throw TensorError(tensor.name, error.what());
  }
  return values;
}

/// Makes a tensor without gaps of `data`, which holds its elements in row-major order. Throws TensorError where a
/// length is negative, or the quantization does not fit the shape.
template <typename T>
msg::Tensor make_tensor(const std::string& name, const T* data, const std::vector<std::int64_t>& shape,
                        const Quantization& quantization = {}) {
  const ElementType type = element_type_of<T>();
  for (const std::int64_t length : shape) {
    if (length < 0) {
      throw TensorError(name, "expected lengths of 0 or more, got " + std::to_string(length));
    }
  }
  const auto rank = static_cast<int>(shape.size());
  const auto size = hbm::tensor::product(shape.data(), rank);
  if (!size || *size > PTRDIFF_MAX / static_cast<std::int64_t>(sizeof(T))) {
    throw TensorError(name, "its shape has more elements than memory can hold");
  }
  try {
    hbm::tensor::check_quantization(quantization, shape.data(), rank);
  } catch (const std::invalid_argument& error) {
    throw TensorError(name, error.what());
  }
  msg::Tensor tensor;
  tensor.name = name;
  tensor.dtype_code = static_cast<std::uint8_t>(type.code);
  tensor.dtype_bits = type.bits;
  tensor.dtype_lanes = 1;
  tensor.shape = shape;
  tensor.quant_type = quantization.scale.empty() ? msg::Tensor::QUANT_NONE : msg::Tensor::QUANT_SCALE;
  tensor.quant_scale = quantization.scale;
  tensor.quant_zero_point = quantization.zero_point;
  tensor.quant_axis = quantization.scale.size() > 1 ? quantization.axis : -1;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
  tensor.data.assign(bytes, bytes + static_cast<std::size_t>(*size) * sizeof(T));
  return tensor;
}

}  // namespace hbm_runtime_ros
