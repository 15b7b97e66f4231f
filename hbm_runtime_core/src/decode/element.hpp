// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_DECODE_ELEMENT_HPP_
#define HBM_DECODE_ELEMENT_HPP_

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

namespace hbm::decode {

/// An IEEE 754 binary16 as it lies in memory.
struct Half {
  uint16_t bits;
};

/// What a value is compared as: integers as they are, halves as floats.
template <typename T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

template <typename T>
struct RawOf {
  using Type = T;
  static T load(const uint8_t* at) { return decode::load<T>(at); }
};

template <>
struct RawOf<Half> {
  using Type = float;
  static float load(const uint8_t* at) {
    const uint32_t bits = decode::load<uint16_t>(at);
    const uint32_t magnitude = bits & 0x7fffU;
    // Both ways are computed, because a branch would keep the compiler from vector code.
    float subnormal = static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24F;
    uint32_t subnormal_bits = 0;
    std::memcpy(&subnormal_bits, &subnormal, sizeof(subnormal_bits));
    const uint32_t special = magnitude >= 0x7c00U ? 0x38000000U : 0U;
    const uint32_t normal_bits = (magnitude << 13U) + 0x38000000U + special;
    const uint32_t result = (magnitude < 0x400U ? subnormal_bits : normal_bits) | (bits & 0x8000U) << 16U;
    float value = 0;
    std::memcpy(&value, &result, sizeof(value));
    return value;
  }
};

/// (raw - zero point) * scale with the same rounding as hbm_runtime_core.dequantize().
template <typename Raw>
float real_value(Raw raw, int32_t zero_point, float scale) {
  using Wide = std::conditional_t<(sizeof(Raw) <= 2) || std::is_same_v<Raw, float>, float, double>;
  return static_cast<float>((static_cast<Wide>(raw) - static_cast<Wide>(zero_point)) * static_cast<Wide>(scale));
}

/// The types of numbers, named as numpy names them.
enum class Element : uint8_t {
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kHalf,
  kFloat,
  kDouble
};

/// Throws ValueError for a type that holds no numbers. A bool is a uint8 of 0 or 1.
Element element_from_name(const std::string& name);

/// Calls `body` with a value of the C++ type of an element.
template <typename Body>
auto with_element(Element element, Body body) {
  switch (element) {
    case Element::kInt8:
      return body(int8_t{});
    case Element::kUint8:
      return body(uint8_t{});
    case Element::kInt16:
      return body(int16_t{});
    case Element::kUint16:
      return body(uint16_t{});
    case Element::kInt32:
      return body(int32_t{});
    case Element::kUint32:
      return body(uint32_t{});
    case Element::kInt64:
      return body(int64_t{});
    case Element::kUint64:
      return body(uint64_t{});
    case Element::kHalf:
      return body(Half{});
    case Element::kFloat:
      return body(float{});
    case Element::kDouble:
      break;
  }
  return body(double{});
}

}  // namespace hbm::decode

#endif  // HBM_DECODE_ELEMENT_HPP_
