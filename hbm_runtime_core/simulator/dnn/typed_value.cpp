// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/typed_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {
namespace {

template <typename Value>
UnitBytes bytes_of(Value value) noexcept {
  UnitBytes bytes{};
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// IEEE 754 binary16, rounded to nearest even. C++17 has no type for it that both compilers and both processors know.
std::uint16_t half_bits(double value) noexcept {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double magnitude = std::fabs(value);
  if (magnitude == 0.0) {
    return sign;
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // The step between neighbouring halves: 2^(exponent - 11), and 2^-24 for the subnormal ones.
  const int step_exponent = std::max(exponent - 11, -24);
  const double steps = std::nearbyint(std::ldexp(magnitude, -step_exponent));
  // Bits of a half grow by one from one value to the next, across exponents too.
  const double base = std::ldexp(static_cast<double>(step_exponent + 24), 10);
  return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(base + steps));
}

template <typename Integer>
bool fits(double value) noexcept {
  // max() of a 64-bit type rounds up to 2^63 or 2^64 as a double: exclude it with "<" on the next power of two.
  const double limit = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  return std::trunc(value) == value && value < limit &&
         value >= static_cast<double>(std::numeric_limits<Integer>::min());
}

bool is_whole_between(double value, double smallest, double largest) noexcept {
  return std::trunc(value) == value && value >= smallest && value <= largest;
}

UnitBytes both_nibbles(int value) noexcept {
  return bytes_of(static_cast<std::uint8_t>((value & 0xf) | ((value & 0xf) << 4)));
}

}  // namespace

bool is_representable(std::int32_t type, double value) noexcept {
  constexpr double kLargestHalf = 65504.0;
  switch (type) {
    case HB_DNN_TENSOR_TYPE_S4:
      return is_whole_between(value, -8, 7);
    case HB_DNN_TENSOR_TYPE_U4:
      return is_whole_between(value, 0, 15);
    case HB_DNN_TENSOR_TYPE_S8:
      return fits<std::int8_t>(value);
    case HB_DNN_TENSOR_TYPE_U8:
      return fits<std::uint8_t>(value);
    case HB_DNN_TENSOR_TYPE_F16:
      return std::fabs(value) <= kLargestHalf;
    case HB_DNN_TENSOR_TYPE_S16:
      return fits<std::int16_t>(value);
    case HB_DNN_TENSOR_TYPE_U16:
      return fits<std::uint16_t>(value);
    case HB_DNN_TENSOR_TYPE_F32:
      return std::fabs(value) <= std::numeric_limits<float>::max();
    case HB_DNN_TENSOR_TYPE_S32:
      return fits<std::int32_t>(value);
    case HB_DNN_TENSOR_TYPE_U32:
      return fits<std::uint32_t>(value);
    case HB_DNN_TENSOR_TYPE_F64:
      return std::isfinite(value);
    case HB_DNN_TENSOR_TYPE_S64:
      return fits<std::int64_t>(value);
    case HB_DNN_TENSOR_TYPE_U64:
      return fits<std::uint64_t>(value);
    case HB_DNN_TENSOR_TYPE_BOOL8:
      return is_whole_between(value, 0, 1);
    default:
      return false;
  }
}

UnitBytes encode(std::int32_t type, double value) noexcept {
  switch (type) {
    case HB_DNN_TENSOR_TYPE_S4:
    case HB_DNN_TENSOR_TYPE_U4:
      return both_nibbles(static_cast<int>(value));
    case HB_DNN_TENSOR_TYPE_S8:
      return bytes_of(static_cast<std::int8_t>(value));
    case HB_DNN_TENSOR_TYPE_F16:
      return bytes_of(half_bits(value));
    case HB_DNN_TENSOR_TYPE_S16:
      return bytes_of(static_cast<std::int16_t>(value));
    case HB_DNN_TENSOR_TYPE_U16:
      return bytes_of(static_cast<std::uint16_t>(value));
    case HB_DNN_TENSOR_TYPE_F32:
      return bytes_of(static_cast<float>(value));
    case HB_DNN_TENSOR_TYPE_S32:
      return bytes_of(static_cast<std::int32_t>(value));
    case HB_DNN_TENSOR_TYPE_U32:
      return bytes_of(static_cast<std::uint32_t>(value));
    case HB_DNN_TENSOR_TYPE_F64:
      return bytes_of(value);
    case HB_DNN_TENSOR_TYPE_S64:
      return bytes_of(static_cast<std::int64_t>(value));
    case HB_DNN_TENSOR_TYPE_U64:
      return bytes_of(static_cast<std::uint64_t>(value));
    default:
      return bytes_of(static_cast<std::uint8_t>(value));  // U8 and BOOL8.
  }
}

UnitBytes encode_random(std::int32_t type, std::uint64_t bits) noexcept {
  const double unit_interval = std::ldexp(static_cast<double>(bits >> 11), -52) - 1.0;
  switch (type) {
    case HB_DNN_TENSOR_TYPE_F16: {
      // Truncated to the 11 bits of a half, else values close to 1 would round up to it.
      return bytes_of(half_bits(std::trunc(std::ldexp(unit_interval, 11)) * 0x1p-11));
    }
    case HB_DNN_TENSOR_TYPE_F32:
      return bytes_of(static_cast<float>(std::trunc(std::ldexp(unit_interval, 24)) * 0x1p-24));
    case HB_DNN_TENSOR_TYPE_F64:
      return bytes_of(unit_interval);
    case HB_DNN_TENSOR_TYPE_BOOL8:
      return bytes_of(static_cast<std::uint8_t>(bits & 1));
    default:
      return bytes_of(bits);
  }
}

}  // namespace hbm_sim
