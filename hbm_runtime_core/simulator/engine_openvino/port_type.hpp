// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <openvino/core/type/element_type.hpp>
#include <string>

#include "hbm/tensor/dtype.hpp"

namespace hbm_sim {

/// The type that a network's port has for a tensor of an hbDNNDataType: S4 and U4 have one byte per element.
inline ov::element::Type port_type(std::int32_t dtype) {
  const hbm::tensor::ElementType type = hbm::tensor::element_type(dtype);
  if (type.code == hbm::tensor::TypeCode::kBool) {
    return ov::element::boolean;
  }
  const char letter = hbm::tensor::to_string(type)[0];  // int, uint, float
  return ov::element::Type(letter + std::to_string(std::max<int>(type.bits, 8)));
}

}  // namespace hbm_sim
