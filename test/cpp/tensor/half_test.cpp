// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace hbm::tensor {
namespace {

// By the definition: the steps between neighbors, rounded half to even.
std::uint16_t half_by_definition(double value) {
  const int sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::fabs(value);
  if (magnitude >= 65520.0) {
    return static_cast<std::uint16_t>(sign | 0x7c00);
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int step_exponent = magnitude == 0.0 || exponent - 11 < -24 ? -24 : exponent - 11;
  const auto steps = static_cast<int>(std::nearbyint(std::ldexp(magnitude, -step_exponent)));
  return static_cast<std::uint16_t>(sign | (((step_exponent + 24) << 10) + steps));
}

TEST(Half, SpecialValuesAndBordersAreThoseOfIeee754) {
  EXPECT_EQ(half_from_float(0.0F), 0x0000);
  EXPECT_EQ(half_from_float(-0.0F), 0x8000);
  EXPECT_EQ(half_from_float(1.0F), 0x3c00);
  EXPECT_EQ(half_from_float(65504.0F), 0x7bff);
  EXPECT_EQ(half_from_float(65520.0F), 0x7c00);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -14)), 0x0400);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -24)), 0x0001);
  EXPECT_EQ(half_from_float(std::ldexp(1.0F, -25)), 0x0000);  // half way: to even
  EXPECT_EQ(half_from_float(std::ldexp(1.5F, -25)), 0x0001);
  EXPECT_EQ(half_from_float(std::numeric_limits<float>::quiet_NaN()) & 0x7e00, 0x7e00);
}

TEST(Half, EveryHalfIsAFloatAndBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_from_half(half);
    if (std::isnan(value)) {
      EXPECT_GT(bits & 0x7fffU, 0x7c00U);
    } else {
      ASSERT_EQ(half_from_float(value), half) << bits;
      ASSERT_EQ(half_by_definition(value), half) << bits;
    }
  }
}

TEST(Half, FloatsAndDoublesAreRoundedOnceToTheNearestHalf) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponents(-26, 17);
  for (int round = 0; round < 300000; ++round) {
    const double value = std::exp2(exponents(random)) * (round % 2 == 0 ? 1 : -1);
    ASSERT_EQ(half_from_float(static_cast<float>(value)), half_by_definition(static_cast<float>(value))) << value;
    ASSERT_EQ(half_from_double(value), half_by_definition(value)) << value;
  }
}

TEST(Half, ADoubleBesideTheMiddleBetweenTwoHalvesGoesToItsOwnSide) {
  for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const double low = float_from_half(half);
    const double high = float_from_half(static_cast<std::uint16_t>(bits + 1));
    const double middle = (low + high) / 2;
    ASSERT_EQ(half_from_double(std::nextafter(middle, 0.0)), half);
    ASSERT_EQ(half_from_double(std::nextafter(middle, 1e9)), bits + 1);
    ASSERT_EQ(half_from_double(-middle), 0x8000U | (bits + (bits & 1U)));
  }
  EXPECT_EQ(half_from_double(1e-300), 0x0000);
  EXPECT_EQ(half_from_double(-1e300), 0xfc00);
}

}  // namespace
}  // namespace hbm::tensor
