// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace hbm::tensor {

/// DLPack's type codes, which are the values of dtype_code in hbm_runtime_ros/msg/Tensor.
enum class TypeCode : std::uint8_t { kInt = 0, kUint = 1, kFloat = 2, kBfloat = 4, kBool = 6 };

/// The type of a tensor's elements.
struct ElementType {
  TypeCode code = TypeCode::kInt;
  std::uint8_t bits = 0;

  constexpr bool operator==(const ElementType& other) const { return code == other.code && bits == other.bits; }
  constexpr bool operator!=(const ElementType& other) const { return !(*this == other); }

  constexpr bool is_integer() const { return code == TypeCode::kInt || code == TypeCode::kUint; }
  /// Whether two elements share a byte along the last axis, the first one in the low half.
  constexpr bool is_packed() const { return bits == 4; }
  /// Bytes of one stored item: an element, or two packed ones.
  constexpr std::int64_t item_bytes() const { return is_packed() ? 1 : bits / 8; }
  /// Items that hold `elements` neighbors along the last axis. -1 (any number) stays -1.
  constexpr std::int64_t items(std::int64_t elements) const {
    return is_packed() ? elements / 2 + elements % 2 : elements;
  }
  /// The type of the items: uint8 where they hold two elements each.
  constexpr ElementType item_type() const { return is_packed() ? ElementType{TypeCode::kUint, 8} : *this; }
};

/// Both in one number, for `switch`.
constexpr unsigned type_key(TypeCode code, unsigned bits) { return static_cast<unsigned>(code) << 8U | bits; }
constexpr unsigned type_key(const ElementType& type) { return type_key(type.code, type.bits); }

/// NumPy's name: "float32", "bool", and in the same way "int4" and "bfloat16".
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

struct Range {
  double low;
  double high;
};

/// The smallest and the largest value of an integer type. The largest of 64 bits is the power of two after it.
constexpr Range integer_range(const ElementType& type) {
  double count = 1;
  for (int bit = 0; bit < type.bits; ++bit) {
    count *= 2;
  }
  return type.code == TypeCode::kInt ? Range{-count / 2, count / 2 - 1} : Range{0, count - 1};
}

class Half;

/// The element type of a C++ type: integers of 8 to 64 bits, bool, Half, float or double.
template <typename T>
constexpr ElementType element_type_of() {
  static_assert(std::is_same_v<T, Half> || std::is_arithmetic_v<T>, "a tensor holds numbers, bool or Half");
  static_assert(sizeof(T) <= 8, "a tensor holds elements of at most 64 bits");
  constexpr auto kBits = static_cast<std::uint8_t>(sizeof(T) * 8);
  if constexpr (std::is_same_v<T, bool>) {
    return {TypeCode::kBool, kBits};
  } else if constexpr (std::is_same_v<T, Half> || std::is_floating_point_v<T>) {
    return {TypeCode::kFloat, kBits};
  } else {
    return {std::is_signed_v<T> ? TypeCode::kInt : TypeCode::kUint, kBits};
  }
}

}  // namespace hbm::tensor
