// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "hbm/tensor/element_type.hpp"
#include "hbm/tensor/half.hpp"

namespace hbm::decode {

/// What an element is compared as: a number as it is, a half as a float.
template <typename T>
using RawOf = std::conditional_t<std::is_same_v<T, tensor::Half>, float, T>;

template <typename T>
RawOf<T> load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return static_cast<RawOf<T>>(value);
}

/// Calls `use` with an element of this type, one of those that element_from_name() returns.
template <typename Use>
void with_element(const tensor::ElementType& type, Use use) {
  using tensor::type_key;
  using tensor::TypeCode;
  switch (type_key(type)) {
    case type_key(TypeCode::kInt, 8):
      return use(std::int8_t{});
    case type_key(TypeCode::kInt, 16):
      return use(std::int16_t{});
    case type_key(TypeCode::kInt, 32):
      return use(std::int32_t{});
    case type_key(TypeCode::kInt, 64):
      return use(std::int64_t{});
    case type_key(TypeCode::kUint, 16):
      return use(std::uint16_t{});
    case type_key(TypeCode::kUint, 32):
      return use(std::uint32_t{});
    case type_key(TypeCode::kUint, 64):
      return use(std::uint64_t{});
    case type_key(TypeCode::kFloat, 16):
      return use(tensor::Half{});
    case type_key(TypeCode::kFloat, 32):
      return use(float{});
    case type_key(TypeCode::kFloat, 64):
      return use(double{});
    default:
      return use(std::uint8_t{});  // bool as well
  }
}

}  // namespace hbm::decode
