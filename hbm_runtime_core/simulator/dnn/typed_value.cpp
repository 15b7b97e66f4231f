// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/typed_value.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "hbm/tensor/dtype.hpp"
#include "hbm/tensor/half.hpp"

namespace hbm_sim {
namespace {

using hbm::tensor::ElementType;
using hbm::tensor::TypeCode;

template <typename Value>
UnitBytes bytes_of(Value value) noexcept {
  UnitBytes bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

bool is_whole_from(double value, double low, double beyond) noexcept {
  return std::trunc(value) == value && value >= low && value < beyond;
}

}  // namespace

bool is_representable(std::int32_t number, double value) noexcept {
  constexpr double kLargestHalf = 65504.0;
  const ElementType type = hbm::tensor::element_type(number);
  switch (type.code) {
    // Bounds are powers of two, which are exact for 64 bits as well.
    case TypeCode::kInt:
      return is_whole_from(value, -std::ldexp(1.0, type.bits - 1), std::ldexp(1.0, type.bits - 1));
    case TypeCode::kUint:
      return is_whole_from(value, 0, std::ldexp(1.0, type.bits));
    case TypeCode::kBool:
      return is_whole_from(value, 0, 2);
    default:
      return type.bits == 16   ? std::fabs(value) <= kLargestHalf
             : type.bits == 32 ? std::fabs(value) <= std::numeric_limits<float>::max()
                               : std::isfinite(value);
  }
}

UnitBytes encode(std::int32_t number, double value) noexcept {
  const ElementType type = hbm::tensor::element_type(number);
  if (type.is_packed()) {
    const auto nibble = static_cast<std::uint8_t>(static_cast<int>(value) & 0xf);
    return bytes_of(static_cast<std::uint8_t>(nibble | nibble << 4));
  }
  switch (type.code) {
    case TypeCode::kInt:
      return bytes_of(static_cast<std::int64_t>(value));  // little-endian: the low bytes
    case TypeCode::kFloat:
      return type.bits == 16   ? bytes_of(hbm::tensor::half_from_double(value))
             : type.bits == 32 ? bytes_of(static_cast<float>(value))
                               : bytes_of(value);
    default:
      return bytes_of(static_cast<std::uint64_t>(value));
  }
}

UnitBytes encode_random(std::int32_t number, std::uint64_t bits) noexcept {
  const ElementType type = hbm::tensor::element_type(number);
  if (type.code == TypeCode::kFloat) {
    // Truncated to the significant bits of the type, else values close to 1 would round up to it.
    const int significant = type.bits == 16 ? 11 : type.bits == 32 ? 24 : 53;
    const double unit_interval = std::ldexp(static_cast<double>(bits >> 11), -52) - 1.0;
    return encode(number, std::ldexp(std::trunc(std::ldexp(unit_interval, significant)), -significant));
  }
  return bytes_of(type.code == TypeCode::kBool ? bits & 1 : bits);
}

}  // namespace hbm_sim
