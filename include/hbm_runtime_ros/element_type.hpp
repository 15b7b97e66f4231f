// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace hbm_runtime_ros {

/// Values of dtype_code in hbm_runtime_ros/msg/Tensor (DLPack's type codes).
enum class TypeCode : std::uint8_t { kInt = 0, kUint = 1, kFloat = 2, kBfloat = 4, kBool = 6 };

/// The type of a tensor's elements, as hbm_runtime_ros/msg/Tensor names it.
struct ElementType {
  TypeCode code = TypeCode::kInt;
  std::uint8_t bits = 0;

  bool operator==(const ElementType& other) const { return code == other.code && bits == other.bits; }
  bool operator!=(const ElementType& other) const { return !(*this == other); }
};

/// "float32", "uint4", ...: numpy's words.
inline std::string to_string(const ElementType& type) {
  switch (type.code) {
    case TypeCode::kInt:
      return "int" + std::to_string(type.bits);
    case TypeCode::kUint:
      return "uint" + std::to_string(type.bits);
    case TypeCode::kFloat:
      return "float" + std::to_string(type.bits);
    case TypeCode::kBfloat:
      return "bfloat" + std::to_string(type.bits);
    case TypeCode::kBool:
      return "bool";
  }
  return "type " + std::to_string(static_cast<int>(type.code)) + " of " + std::to_string(type.bits) + " bits";
}

}  // namespace hbm_runtime_ros
