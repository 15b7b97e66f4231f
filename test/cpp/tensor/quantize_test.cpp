// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/quantize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace hbm::tensor {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr ElementType kInt4{TypeCode::kInt, 4};

Quantization scaled(std::vector<float> scale, std::vector<std::int32_t> zero_point, std::int32_t axis = 0) {
  return {std::move(scale), std::move(zero_point), axis};
}

template <typename Integer>
std::vector<Integer> quantized_as(const std::vector<float>& values, const Shape& shape,
                                  const Quantization& quantization, ElementType type = element_type_of<Integer>()) {
  std::vector<Integer> result(values.size());
  quantize(values.data(), shape.data(), static_cast<int>(shape.size()), quantization, type, result.data());
  return result;
}

template <typename Target = float, typename Number>
std::vector<Target> real_values(const std::vector<Number>& numbers, const Shape& shape, const Shape& stride_bytes,
                                const Quantization& quantization, ElementType type = element_type_of<Number>()) {
  std::vector<Target> result(static_cast<std::size_t>(*product(shape.data(), static_cast<int>(shape.size()))));
  dequantize({numbers.data(), type, shape.data(), stride_bytes.data(), static_cast<int>(shape.size())}, quantization,
             result.data());
  return result;
}

void check(const Quantization& quantization, const Shape& shape) {
  check_quantization(quantization, shape.data(), static_cast<int>(shape.size()));
}

TEST(Quantize, HalvesGoToTheEvenNeighbour) {
  const std::vector<float> values{-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F};
  EXPECT_EQ(quantized_as<std::int8_t>(values, {6}, scaled({1}, {0})), (std::vector<std::int8_t>{-2, -2, 0, 0, 2, 2}));
}

TEST(Quantize, ValuesBeyondTheRangeSaturate) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{-infinity, -1e30F, 1e30F, infinity};
  EXPECT_EQ(quantized_as<std::uint8_t>(values, {4}, scaled({1}, {3})), (std::vector<std::uint8_t>{0, 0, 255, 255}));
  EXPECT_EQ(quantized_as<std::int32_t>(values, {4}, scaled({1}, {0})),
            (std::vector<std::int32_t>{INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}));
  EXPECT_EQ(quantized_as<std::uint32_t>(values, {4}, scaled({1}, {0})),
            (std::vector<std::uint32_t>{0, 0, UINT32_MAX, UINT32_MAX}));
  EXPECT_EQ(quantized_as<std::int8_t>(values, {4}, scaled({1}, {0}), kInt4), (std::vector<std::int8_t>{-8, -8, 7, 7}));
}

TEST(Quantize, ScalesFollowTheirAxisWhereverItLies) {
  const std::vector<float> ones(12, 1.0F);
  const Shape shape{2, 3, 2};
  EXPECT_EQ(quantized_as<std::int8_t>(ones, shape, scaled({1, 0.5F}, {0, 0}, 0)),
            (std::vector<std::int8_t>{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}));
  EXPECT_EQ(quantized_as<std::int8_t>(ones, shape, scaled({1, 0.5F, 0.25F}, {0, 0, 10}, 1)),
            (std::vector<std::int8_t>{1, 1, 2, 2, 14, 14, 1, 1, 2, 2, 14, 14}));
  EXPECT_EQ(quantized_as<std::int8_t>(ones, shape, scaled({1, 0.5F}, {0, 0}, 2)),
            (std::vector<std::int8_t>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}));
}

TEST(Quantize, NanIsRefused) {
  std::vector<float> values(100, 1.0F);
  values[77] = std::nanf("");
  EXPECT_THROW(quantized_as<std::int8_t>(values, {100}, scaled({1}, {0})), std::invalid_argument);
}

TEST(Quantize, AllValuesOfALongLineAreReached) {
  std::vector<float> values(10000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i);
  }
  const std::vector<std::int16_t> q = quantized_as<std::int16_t>(values, {1, 10000}, scaled({0.5F}, {-1}));
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(q[i], 2 * static_cast<int>(i) - 1);
  }
  std::vector<float> scales(values.size(), 0.5F);
  EXPECT_EQ(quantized_as<std::int16_t>(values, {1, 10000}, scaled(scales, {}, 1))[9999], 19998);
}

TEST(Quantize, OtherTypesThanIntegersOfUpTo32BitsAreRefused) {
  EXPECT_THROW(quantized_as<std::int64_t>({1}, {1}, scaled({1}, {})), std::invalid_argument);
  EXPECT_THROW(quantized_as<float>({1}, {1}, scaled({1}, {})), std::invalid_argument);
}

TEST(Dequantize, WideIntegersLoseNothingInTheSubtraction) {
  const std::vector<std::int32_t> values{INT32_MAX, INT32_MIN, 16777217};
  const std::vector<float> real = real_values(values, {3}, {4}, scaled({1}, {16777216}));
  EXPECT_EQ(real[0], static_cast<float>(2147483647.0 - 16777216.0));
  EXPECT_EQ(real[1], static_cast<float>(-2147483648.0 - 16777216.0));
  EXPECT_EQ(real[2], 1.0F);
}

TEST(Dequantize, PaddedRowsAreReadByTheirStrides) {
  const std::vector<std::int8_t> padded{1, 2, 3, 99, 4, 5, 6, 99};
  EXPECT_EQ(real_values(padded, {2, 3}, {4, 1}, scaled({1, 10, 100}, {0, 0, 1}, 1)),
            (std::vector<float>{1, 20, 200, 4, 50, 500}));
}

TEST(Dequantize, PackedElementsOfPaddedRowsAreUnpacked) {
  const std::vector<std::uint8_t> padded{0x21, 0x0f, 0xee, 0x87, 0x01, 0xee};
  EXPECT_EQ(real_values(padded, {2, 3}, {3, 1}, scaled({1, 10}, {}, 0), kInt4),
            (std::vector<float>{1, 2, -1, 70, -80, 10}));
}

TEST(Dequantize, PackedRowsWithoutElementsAreNotVisited) {
  const std::int64_t shape[] = {std::int64_t{1} << 60, 0};
  const std::int64_t stride_bytes[] = {-1, 1};
  dequantize(Elements{nullptr, {TypeCode::kInt, 4}, shape, stride_bytes, 2}, {}, static_cast<float*>(nullptr));
}

TEST(Dequantize, HalvesAreRoundedFromTheFloats) {
  const std::vector<Half> real = real_values<Half>(std::vector<std::int16_t>{3, -7}, {2}, {2}, scaled({0.1F}, {}));
  EXPECT_EQ(real[0].bits(), half_from_float(3 * 0.1F));
  EXPECT_EQ(real[1].bits(), half_from_float(-7 * 0.1F));
}

TEST(Dequantize, NumbersWithoutScalesAreRealValuesAlready) {
  EXPECT_EQ(real_values(std::vector<double>{0.5, -3}, {2}, {8}, {}), (std::vector<float>{0.5F, -3}));
}

TEST(Dequantize, UndoesQuantizeToWithinHalfAStep) {
  std::vector<float> values;
  for (int i = -1000; i <= 1000; ++i) {
    values.push_back(static_cast<float>(i) * 0.0137F);
  }
  const Shape shape{static_cast<std::int64_t>(values.size())};
  const Quantization quantization = scaled({0.01F}, {-7});
  const std::vector<float> real =
      real_values(quantized_as<std::int16_t>(values, shape, quantization), shape, {2}, quantization);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(real[i], values[i], 0.00501) << i;
  }
}

TEST(CheckQuantization, WhatDoesNotFitTheShapeIsRefused) {
  EXPECT_THROW(check(scaled({1, 2}, {0, 0}, 0), {4}), std::invalid_argument);
  EXPECT_THROW(check(scaled({1, 2}, {0, 0}, 5), {2}), std::invalid_argument);
  EXPECT_THROW(check(scaled({1, 2}, {0, 0}, -1), {2}), std::invalid_argument);
  EXPECT_THROW(check(scaled({1, 2}, {0}, 0), {2}), std::invalid_argument);
  EXPECT_NO_THROW(check(scaled({1, 2}, {}, 0), {2}));
  EXPECT_NO_THROW(check(scaled({1}, {0}, 99), {2}));
  EXPECT_NO_THROW(check(scaled({}, {}), {2}));
}

TEST(CheckScales, WhatIsNoPositiveNumberIsRefused) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const std::vector<float>& scales : {std::vector<float>{}, {0}, {1, -1}, {infinity}, {std::nanf("")}}) {
    EXPECT_THROW(check_scales(scales), std::invalid_argument);
  }
  EXPECT_NO_THROW(check_scales({1e-30F, 2}));
}

}  // namespace
}  // namespace hbm::tensor
