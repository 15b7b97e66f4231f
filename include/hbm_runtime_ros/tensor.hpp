// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads and makes hbm_runtime_ros/msg/Tensor in C++: views without copying, real values, messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "hbm_runtime_ros/element_type.hpp"
#include "hbm_runtime_ros/half.hpp"
#include "hbm_runtime_ros/msg/tensor.hpp"
#include "hbm_runtime_ros/real_values.hpp"

namespace hbm_runtime_ros {

/// A tensor cannot be read. The text names it and says what was expected and what came.
class TensorError : public std::invalid_argument {
 public:
  TensorError(const std::string& name, const std::string& reason)
      : std::invalid_argument("tensor '" + name + "': " + reason) {}
};

/// The element type that a C++ type stands for: integers of 8 to 64 bits, bool, Half, float or double.
template <typename T>
ElementType element_type_of() {
  static_assert(std::is_same_v<T, Half> || std::is_arithmetic_v<T>, "a tensor holds numbers, bool or Half");
  static_assert(sizeof(T) <= 8, "a tensor holds elements of at most 64 bits");
  constexpr auto bits = static_cast<std::uint8_t>(sizeof(T) * 8);
  if constexpr (std::is_same_v<T, bool>) {
    return {TypeCode::kBool, bits};
  } else if constexpr (std::is_same_v<T, Half> || std::is_floating_point_v<T>) {
    return {TypeCode::kFloat, bits};
  } else {
    return {std::is_signed_v<T> ? TypeCode::kInt : TypeCode::kUint, bits};
  }
}

/// The element type that a message names.
inline ElementType element_type_of(const msg::Tensor& tensor) {
  return {static_cast<TypeCode>(tensor.dtype_code), tensor.dtype_bits};
}

namespace detail {

inline std::int64_t product(const std::vector<std::int64_t>& lengths, std::size_t from) {
  std::int64_t product = 1;
  for (std::size_t axis = from; axis < lengths.size(); ++axis) {
    if (__builtin_mul_overflow(product, lengths[axis], &product)) {
      return -1;
    }
  }
  return product;
}

// Adds `stride` * `steps` to `*sum`, or returns false where that does not fit.
inline bool add_reach(std::int64_t stride, std::int64_t steps, std::int64_t* sum) {
  std::int64_t reach = 0;
  return !__builtin_mul_overflow(stride, steps, &reach) && !__builtin_add_overflow(*sum, reach, sum);
}

// Where the elements of a message lie, once it is certain that they lie inside of its data.
inline Elements elements_of(const msg::Tensor& tensor) {
  const ElementType type = element_type_of(tensor);
  if (tensor.dtype_lanes > 1) {
    throw TensorError(tensor.name, "expected elements of 1 lane, got " + std::to_string(tensor.dtype_lanes));
  }
  const bool packed = type.bits == 4;
  if (!packed && (type.bits == 0 || type.bits % 8 != 0)) {
    throw TensorError(tensor.name, "expected elements of 4 bits or whole bytes, got " + to_string(type));
  }
  const std::size_t rank = tensor.shape.size();
  if (!tensor.strides.empty() && tensor.strides.size() != rank) {
    throw TensorError(tensor.name, "expected a stride for each of " + std::to_string(rank) + " axes, or none, got " +
                                       std::to_string(tensor.strides.size()));
  }
  if (packed && !tensor.strides.empty()) {
    throw TensorError(tensor.name, "4-bit elements are read row-major, got strides");
  }
  for (const std::int64_t length : tensor.shape) {
    if (length < 0) {
      throw TensorError(tensor.name, "expected lengths of 0 or more, got " + std::to_string(length));
    }
  }
  // What is stored along each axis: bytes of two elements, or elements.
  std::vector<std::int64_t> stored(tensor.shape.begin(), tensor.shape.end());
  if (packed && rank > 0) {
    stored.back() = stored.back() / 2 + stored.back() % 2;
  }
  const std::int64_t item_bytes = packed ? 1 : type.bits / 8;
  const auto size_bytes = static_cast<std::int64_t>(tensor.data.size());
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool inside = tensor.byte_offset <= tensor.data.size();
  Elements elements{nullptr, type, {tensor.shape.begin(), tensor.shape.end()}, {}};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    std::int64_t stride = 0;
    const std::int64_t count = tensor.strides.empty() ? product(stored, axis + 1) : tensor.strides[axis];
    inside = inside && !(tensor.strides.empty() && count < 0) && !__builtin_mul_overflow(count, item_bytes, &stride);
    elements.stride_bytes.push_back(stride);
    inside = inside && (stored[axis] == 0 || add_reach(stride, stored[axis] - 1, stride < 0 ? &first : &last));
  }
  const bool empty = product(stored, 0) == 0;
  const auto offset = static_cast<std::int64_t>(tensor.byte_offset);
  if (!inside || (!empty && (offset + first < 0 || last > size_bytes - offset - item_bytes))) {
    throw TensorError(tensor.name, "shape, strides and byte_offset reach outside of its data of " +
                                       std::to_string(size_bytes) +
                                       " bytes; was the message cut, or put together by hand?");
  }
  elements.first = tensor.data.data() + tensor.byte_offset;
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
    size_ = static_cast<std::size_t>(detail::product(elements_.shape, 0));
  }

  const std::vector<std::int64_t>& shape() const { return elements_.shape; }
  const std::vector<std::int64_t>& stride_bytes() const { return elements_.stride_bytes; }
  std::size_t rank() const { return elements_.shape.size(); }
  std::size_t size() const { return size_; }  ///< elements

  /// Whether the elements follow each other in row-major order without gaps. Results of the node always do.
  bool is_compact() const {
    std::int64_t expected = sizeof(T);
    for (std::size_t axis = rank(); axis-- > 0;) {
      if (shape()[axis] != 1 && stride_bytes()[axis] != expected) {
        return size_ == 0;
      }
      expected *= shape()[axis];
    }
    return true;
  }

  /// The first element. The others follow where `is_compact()`; else go by `stride_bytes()`.
  const T* data() const { return static_cast<const T*>(elements_.first); }

  /// The element at an index for each axis. Throws std::out_of_range.
  template <typename... Indices>
  T at(Indices... indices) const {
    const std::int64_t index[] = {static_cast<std::int64_t>(indices)..., 0};
    if (sizeof...(indices) != rank()) {
      throw std::out_of_range("a tensor of " + std::to_string(rank()) + " axes takes as many indices, got " +
                              std::to_string(sizeof...(indices)));
    }
    const auto* position = static_cast<const std::uint8_t*>(elements_.first);
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
  Elements elements_;
  std::size_t size_ = 0;
};

/// Views the numbers of a tensor as `T`, as they are: without dequantising. Throws TensorError where the elements are
/// of another type, or shape, strides and byte_offset reach outside of the data.
template <typename T>
TensorView<T> tensor_view(const msg::Tensor& tensor) {
  return TensorView<T>(tensor);
}

/// The real values of a tensor in row-major order: dequantised where it is quantised, plain numbers elsewhere. Every
/// element type but bfloat16 will do, 4-bit integers too. Throws TensorError.
inline std::vector<float> dequantize(const msg::Tensor& tensor) {
  const Elements elements = detail::elements_of(tensor);
  const Quantization quantization = detail::quantization_of(tensor);
  std::vector<float> values(static_cast<std::size_t>(detail::product(elements.shape, 0)));
  try {
    write_real_values(elements, quantization, values.data());
  } catch (const std::invalid_argument& error) {
    throw TensorError(tensor.name, error.what());
  }
  return values;
}

/// Makes a tensor without gaps of `data`, which holds its elements in row-major order. Throws TensorError where a
/// length is negative, or the quantisation does not fit the shape.
template <typename T>
msg::Tensor make_tensor(const std::string& name, const T* data, const std::vector<std::int64_t>& shape,
                        const Quantization& quantization = {}) {
  const ElementType type = element_type_of<T>();
  for (const std::int64_t length : shape) {
    if (length < 0) {
      throw TensorError(name, "expected lengths of 0 or more, got " + std::to_string(length));
    }
  }
  const std::int64_t size = detail::product(shape, 0);
  if (size < 0 || size > PTRDIFF_MAX / static_cast<std::int64_t>(sizeof(T))) {
    throw TensorError(name, "its shape has more elements than memory can hold");
  }
  try {
    check_quantization(quantization, shape);
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
  tensor.data.assign(bytes, bytes + static_cast<std::size_t>(size) * sizeof(T));
  return tensor;
}

}  // namespace hbm_runtime_ros
