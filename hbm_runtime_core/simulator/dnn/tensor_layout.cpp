// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/tensor_layout.hpp"

#include <algorithm>

#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm_sim {

namespace tensor = hbm::tensor;

namespace {

/// Product of two non-negative numbers, nothing above kLargestTensorBytes.
std::optional<std::int64_t> bounded_product(std::int64_t left, std::int64_t right) {
  if (left != 0 && right > kLargestTensorBytes / left) {
    return std::nullopt;
  }
  return left * right;
}

std::int64_t item_bytes(const hbDNNTensorProperties& properties) {
  return tensor::element_type(properties.tensorType).item_bytes();
}

template <typename Value>
std::string list_text(const Value* values, int count) {
  std::string text = "[";
  for (int index = 0; index < count; ++index) {
    text += (index == 0 ? "" : ", ") + std::to_string(values[index]);
  }
  return text + "]";
}

}  // namespace

std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> stored_shape(const hbDNNTensorProperties& properties) {
  std::array<std::int64_t, HB_DNN_TENSOR_MAX_DIMENSIONS> shape{};
  const int dimensions = properties.validShape.numDimensions;
  std::copy(properties.validShape.dimensionSize, properties.validShape.dimensionSize + dimensions, shape.begin());
  std::int64_t& innermost = shape[static_cast<std::size_t>(dimensions - 1)];
  innermost = tensor::element_type(properties.tensorType).items(innermost);
  return shape;
}

std::optional<std::int64_t> smallest_stride(const hbDNNTensorProperties& properties, int dimension) {
  const int inner = dimension + 1;
  if (inner == properties.validShape.numDimensions) {
    return item_bytes(properties);
  }
  if (properties.validShape.dimensionSize[inner] == kDynamic || properties.stride[inner] == kDynamic) {
    return std::nullopt;
  }
  return bounded_product(properties.stride[inner], stored_shape(properties)[static_cast<std::size_t>(inner)]);
}

bool fill_dense_strides(hbDNNTensorProperties& properties) {
  for (int dimension = properties.validShape.numDimensions - 1; dimension >= 0; --dimension) {
    const auto stride = smallest_stride(properties, dimension);
    if (!stride) {
      return false;
    }
    properties.stride[dimension] = *stride;
  }
  return true;
}

std::optional<std::int64_t> padded_bytes(const hbDNNTensorProperties& properties) {
  if (has_dynamic_shape(properties)) {
    return std::nullopt;
  }
  for (int dimension = 0; dimension < properties.validShape.numDimensions; ++dimension) {
    if (properties.stride[dimension] == kDynamic) {
      return std::nullopt;
    }
  }
  return bounded_product(properties.stride[0], stored_shape(properties)[0]);
}

std::optional<std::int64_t> extent_bytes(const hbDNNTensorProperties& properties) {
  const auto shape = stored_shape(properties);
  const int dimensions = properties.validShape.numDimensions;
  if (tensor::product(shape.data(), dimensions) == 0) {
    return 0;
  }
  const auto ends = tensor::reach(shape.data(), properties.stride, dimensions);
  if (!ends || ends->highest > kLargestTensorBytes - item_bytes(properties)) {
    return std::nullopt;
  }
  return ends->highest + item_bytes(properties);
}

bool has_dynamic_shape(const hbDNNTensorProperties& properties) {
  for (int dimension = 0; dimension < properties.validShape.numDimensions; ++dimension) {
    if (properties.validShape.dimensionSize[dimension] == kDynamic) {
      return true;
    }
  }
  return false;
}

bool is_dense(const hbDNNTensorProperties& properties) {
  return tensor::is_dense(stored_shape(properties).data(), properties.stride, properties.validShape.numDimensions,
                          item_bytes(properties));
}

void copy_tensor(void* target, const hbDNNTensorProperties& target_properties, const void* source,
                 const hbDNNTensorProperties& source_properties) {
  tensor::copy_strided(target, target_properties.stride, source, source_properties.stride,
                       stored_shape(source_properties).data(), source_properties.validShape.numDimensions,
                       item_bytes(source_properties));
}

std::string shape_text(const hbDNNTensorProperties& properties) {
  return list_text(properties.validShape.dimensionSize, properties.validShape.numDimensions);
}

std::string stride_text(const hbDNNTensorProperties& properties) {
  return list_text(properties.stride, properties.validShape.numDimensions);
}

}  // namespace hbm_sim
