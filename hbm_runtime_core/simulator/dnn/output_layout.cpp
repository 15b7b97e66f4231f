// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/output_layout.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

#include "dnn/tensor_layout.hpp"

namespace hbm_sim {

void resolve_output(hbDNNTensor& output, const hbDNNTensorShape& shape) {
  hbDNNTensorProperties& properties = output.properties;
  hbDNNTensorProperties wanted = properties;
  wanted.validShape = shape;
  bool fits = shape.numDimensions == properties.validShape.numDimensions;
  for (int dimension = 0; fits && dimension < shape.numDimensions; ++dimension) {
    const std::int32_t declared = properties.validShape.dimensionSize[dimension];
    fits = declared == kDynamic || declared == shape.dimensionSize[dimension];
  }
  if (!fits) {
    throw std::runtime_error("the network gave shape " + shape_text(wanted) + ", the manifest declares " +
                             shape_text(properties));
  }
  for (int dimension = shape.numDimensions - 1; dimension >= 0; --dimension) {
    const auto smallest = smallest_stride(wanted, dimension);
    if (wanted.stride[dimension] == kDynamic && smallest) {
      wanted.stride[dimension] = *smallest;
    } else if (!smallest || wanted.stride[dimension] < *smallest) {
      throw std::runtime_error("shape " + shape_text(wanted) + " does not fit strides " + stride_text(properties));
    }
  }
  const auto extent = extent_bytes(wanted);
  if (!extent || static_cast<std::uint64_t>(*extent) > output.sysMem.memSize) {
    throw std::runtime_error("shape " + shape_text(wanted) + " needs " +
                             (extent ? std::to_string(*extent) : "too many") + " bytes, the bound memory has " +
                             std::to_string(output.sysMem.memSize) + ": bind a larger block");
  }
  properties = wanted;
  if (properties.alignedByteSize == kDynamic) {
    properties.alignedByteSize = *extent;
  }
}

bool overlap(const hbDNNTensor& left, const hbDNNTensor& right) noexcept {
  const auto left_begin = reinterpret_cast<std::uintptr_t>(left.sysMem.virAddr);
  const auto right_begin = reinterpret_cast<std::uintptr_t>(right.sysMem.virAddr);
  return left_begin < right_begin + right.sysMem.memSize && right_begin < left_begin + left.sysMem.memSize;
}

}  // namespace hbm_sim
