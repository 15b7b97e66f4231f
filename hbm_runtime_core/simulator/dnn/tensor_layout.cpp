// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/tensor_layout.hpp"

#include "dnn/data_type.hpp"

namespace hbm_sim {
namespace {

/// Product of two non-negative numbers, nothing above kLargestTensorBytes.
std::optional<std::int64_t> bounded_product(std::int64_t left, std::int64_t right) {
  if (left != 0 && right > kLargestTensorBytes / left) {
    return std::nullopt;
  }
  return left * right;
}

/// Units along a dimension: the innermost one of S4 and U4 holds two elements a byte.
std::int64_t units_along(const hbDNNTensorProperties& properties, int dimension) {
  const std::int64_t size = properties.validShape.dimensionSize[dimension];
  const bool innermost = dimension == properties.validShape.numDimensions - 1;
  return innermost ? row_units(properties.tensorType, size) : size;
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

std::optional<std::int64_t> smallest_stride(const hbDNNTensorProperties& properties, int dimension) {
  const int inner = dimension + 1;
  if (inner == properties.validShape.numDimensions) {
    return unit_bytes(properties.tensorType);
  }
  if (properties.validShape.dimensionSize[inner] == kDynamic || properties.stride[inner] == kDynamic) {
    return std::nullopt;
  }
  return bounded_product(properties.stride[inner], units_along(properties, inner));
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
  return bounded_product(properties.stride[0], units_along(properties, 0));
}

std::optional<std::int64_t> extent_bytes(const hbDNNTensorProperties& properties) {
  std::int64_t extent = unit_bytes(properties.tensorType);
  for (int dimension = 0; dimension < properties.validShape.numDimensions; ++dimension) {
    const auto reach = bounded_product(properties.stride[dimension], units_along(properties, dimension) - 1);
    if (!reach || extent + *reach > kLargestTensorBytes) {
      return std::nullopt;
    }
    extent += *reach;
  }
  return extent;
}

std::int64_t element_count(const hbDNNTensorProperties& properties) {
  std::int64_t count = 1;
  for (int dimension = 0; dimension < properties.validShape.numDimensions; ++dimension) {
    count *= properties.validShape.dimensionSize[dimension];
  }
  return count;
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
  std::int64_t expected = unit_bytes(properties.tensorType);
  for (int dimension = properties.validShape.numDimensions - 1; dimension >= 0; --dimension) {
    // The stride of a dimension with one element is never walked.
    if (properties.validShape.dimensionSize[dimension] != 1 && properties.stride[dimension] != expected) {
      return false;
    }
    expected *= units_along(properties, dimension);
  }
  return true;
}

std::string shape_text(const hbDNNTensorProperties& properties) {
  return list_text(properties.validShape.dimensionSize, properties.validShape.numDimensions);
}

std::string stride_text(const hbDNNTensorProperties& properties) {
  return list_text(properties.stride, properties.validShape.numDimensions);
}

}  // namespace hbm_sim
