// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace hbm::tensor {
namespace detail {

inline std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// `yes` or `no`, both computed: a branch around a floating-point operation would prevent vectorization.
inline std::uint32_t choose(bool condition, std::uint32_t yes, std::uint32_t no) {
  const std::uint32_t mask = 0U - static_cast<std::uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

}  // namespace detail

/// The bits of an IEEE 754 binary16 for `value`, rounded to nearest even. From 65520 on it is infinity; a NaN keeps the
/// upper bits of its payload.
inline std::uint16_t half_from_float(float value) {
#if defined(__aarch64__) && defined(__ARM_FP16_FORMAT_IEEE)
  const auto half = static_cast<__fp16>(value);  // one instruction, which gives the same bits
  std::uint16_t half_bits;
  std::memcpy(&half_bits, &half, sizeof(half_bits));
  return half_bits;
#else
  const std::uint32_t bits = detail::bits_of(value);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  // Moves the exponent's bias from 127 to 15. A carry out of the rounded significand goes into the exponent as it must.
  const std::uint32_t normal = (magnitude - 0x38000000U + 0xfffU + ((magnitude >> 13U) & 1U)) >> 13U;
  // Steps of a subnormal half are 2^-24, those of the floats from 0.5 on as well: the addition rounds to them.
  const std::uint32_t subnormal = detail::bits_of(detail::float_of(magnitude) + 0.5F) - 0x3f000000U;
  const std::uint32_t nan = 0x7e00U | (magnitude >> 13U & 0x3ffU);
  std::uint32_t half = detail::choose(magnitude < 0x38800000U, subnormal, normal);
  half = detail::choose(magnitude >= 0x477ff000U, 0x7c00U, half);
  half = detail::choose(magnitude > 0x7f800000U, nan, half);
  return static_cast<std::uint16_t>(half | (bits >> 16U & 0x8000U));
#endif
}

/// The bits of an IEEE 754 binary16 for `value`, rounded once.
inline std::uint16_t half_from_double(double value) {
  const auto nearest = static_cast<float>(value);
  std::uint32_t bits = detail::bits_of(nearest);
  const auto rounded = static_cast<double>(nearest);
  // Of the two floats around `value`, the odd one: it is the middle between two halves only where `value` is.
  if (rounded < value || rounded > value) {
    const bool too_large = (rounded > value) == (value > 0);
    bits = (bits & 1U) != 0 ? bits : too_large ? bits - 1 : bits + 1;
  }
  return half_from_float(detail::float_of(bits));
}

/// The value of an IEEE 754 binary16 with these bits, exactly.
inline float float_from_half(std::uint16_t bits) {
  const std::uint32_t magnitude = bits & 0x7fffU;
  const std::uint32_t normal = (magnitude << 13U) + 0x38000000U;
  const std::uint32_t subnormal = detail::bits_of(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
  std::uint32_t result = detail::choose(magnitude < 0x400U, subnormal, normal);
  result = detail::choose(magnitude >= 0x7c00U, normal + 0x38000000U, result);
  return detail::float_of(result | static_cast<std::uint32_t>(bits & 0x8000U) << 16U);
}

/// One element of a float16 tensor. C++ has no such type; it reads as a float.
class Half {
 public:
  Half() = default;
  explicit Half(float value) : bits_(half_from_float(value)) {}
  operator float() const { return float_from_half(bits_); }  // NOLINT: meant to be used as a number
  std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_ = 0;
};

static_assert(sizeof(Half) == 2, "a Half must have the size of the bytes of a tensor's element");

}  // namespace hbm::tensor
