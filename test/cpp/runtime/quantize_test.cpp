// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/quantize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "driver/error.hpp"

namespace {

hbm::Quantization scaled(std::vector<float> scale, std::vector<int32_t> zero_point, int32_t axis = 0) {
  hbm::Quantization quantization;
  quantization.type = SCALE;
  quantization.axis = axis;
  quantization.scale = std::move(scale);
  quantization.zero_point = std::move(zero_point);
  return quantization;
}

template <typename Integer>
std::vector<Integer> quantized(const std::vector<float>& values, const std::vector<int64_t>& shape,
                               const hbm::Quantization& quantization, hbm::Dtype dtype) {
  std::vector<Integer> result(values.size());
  hbm::quantize(values.data(), shape, quantization, dtype, result.data());
  return result;
}

TEST(Quantize, HalvesGoToTheEvenNeighbour) {
  const std::vector<float> values{-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F};
  EXPECT_EQ(quantized<int8_t>(values, {6}, scaled({1}, {0}), HB_DNN_TENSOR_TYPE_S8),
            (std::vector<int8_t>{-2, -2, 0, 0, 2, 2}));
}

TEST(Quantize, ValuesBeyondTheRangeSaturate) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values{-infinity, -1e30F, 1e30F, infinity};
  EXPECT_EQ(quantized<uint8_t>(values, {4}, scaled({1}, {3}), HB_DNN_TENSOR_TYPE_U8),
            (std::vector<uint8_t>{0, 0, 255, 255}));
  EXPECT_EQ(quantized<int32_t>(values, {4}, scaled({1}, {0}), HB_DNN_TENSOR_TYPE_S32),
            (std::vector<int32_t>{INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}));
  EXPECT_EQ(quantized<uint32_t>(values, {4}, scaled({1}, {0}), HB_DNN_TENSOR_TYPE_U32),
            (std::vector<uint32_t>{0, 0, UINT32_MAX, UINT32_MAX}));
  EXPECT_EQ(quantized<int8_t>(values, {4}, scaled({1}, {0}), HB_DNN_TENSOR_TYPE_S4),
            (std::vector<int8_t>{-8, -8, 7, 7}));
}

TEST(Quantize, ScalesFollowTheirAxisWhereverItLies) {
  const std::vector<float> ones(12, 1.0F);
  const std::vector<int64_t> shape{2, 3, 2};
  EXPECT_EQ(quantized<int8_t>(ones, shape, scaled({1, 0.5F}, {0, 0}, 0), HB_DNN_TENSOR_TYPE_S8),
            (std::vector<int8_t>{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}));
  EXPECT_EQ(quantized<int8_t>(ones, shape, scaled({1, 0.5F, 0.25F}, {0, 0, 10}, 1), HB_DNN_TENSOR_TYPE_S8),
            (std::vector<int8_t>{1, 1, 2, 2, 14, 14, 1, 1, 2, 2, 14, 14}));
  EXPECT_EQ(quantized<int8_t>(ones, shape, scaled({1, 0.5F}, {0, 0}, -1), HB_DNN_TENSOR_TYPE_S8),
            (std::vector<int8_t>{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}));
}

TEST(Quantize, NanIsRefused) {
  std::vector<float> values(100, 1.0F);
  values[77] = std::nanf("");
  EXPECT_THROW(quantized<int8_t>(values, {100}, scaled({1}, {0}), HB_DNN_TENSOR_TYPE_S8), hbm::ValueError);
}

TEST(Dequantize, WideIntegersLoseNothingInTheSubtraction) {
  const std::vector<int32_t> values{INT32_MAX, INT32_MIN, 16777217};
  std::vector<float> real(3);
  hbm::dequantize(values.data(), HB_DNN_TENSOR_TYPE_S32, {3}, {4}, scaled({1}, {16777216}), real.data());
  EXPECT_EQ(real[0], static_cast<float>(2147483647.0 - 16777216.0));
  EXPECT_EQ(real[1], static_cast<float>(-2147483648.0 - 16777216.0));
  EXPECT_EQ(real[2], 1.0F);
}

TEST(Dequantize, PaddedRowsAreReadByTheirStrides) {
  const std::vector<int8_t> padded{1, 2, 3, 99, 4, 5, 6, 99};
  std::vector<float> real(6);
  hbm::dequantize(padded.data(), HB_DNN_TENSOR_TYPE_S8, {2, 3}, {4, 1}, scaled({1, 10, 100}, {0, 0, 1}, 1),
                  real.data());
  EXPECT_EQ(real, (std::vector<float>{1, 20, 200, 4, 50, 500}));
}

TEST(Dequantize, UndoesQuantizeToWithinHalfAStep) {
  std::vector<float> values;
  for (int i = -1000; i <= 1000; ++i) {
    values.push_back(static_cast<float>(i) * 0.0137F);
  }
  const std::vector<int64_t> shape{static_cast<int64_t>(values.size())};
  const hbm::Quantization quantization = scaled({0.01F}, {-7});
  const std::vector<int16_t> q = quantized<int16_t>(values, shape, quantization, HB_DNN_TENSOR_TYPE_S16);
  std::vector<float> real(values.size());
  hbm::dequantize(q.data(), HB_DNN_TENSOR_TYPE_S16, shape, {2}, quantization, real.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(real[i], values[i], 0.00501) << i;
  }
}

TEST(CheckQuantization, WhatDoesNotFitTheShapeIsNamed) {
  EXPECT_THROW(hbm::check_quantization(scaled({}, {}), {4}), hbm::ValueError);
  EXPECT_THROW(hbm::check_quantization(scaled({1, 2}, {0, 0}, 0), {4}), hbm::ValueError);
  EXPECT_THROW(hbm::check_quantization(scaled({1, 2}, {0, 0}, 5), {2}), hbm::ValueError);
  EXPECT_THROW(hbm::check_quantization(scaled({1, 2}, {0}, 0), {2}), hbm::ValueError);
  EXPECT_THROW(hbm::check_quantization(scaled({0}, {0}), {2}), hbm::ValueError);
  EXPECT_NO_THROW(hbm::check_quantization(scaled({1}, {0}, 99), {2}));
}

TEST(PackFourBit, TheFirstValueIsTheLowNibbleAndOddRowsEndInZero) {
  const std::vector<uint8_t> values{1, 2, 3, 0xFF, 0xFE, 0xFD};
  std::vector<uint8_t> packed(4);
  hbm::pack_four_bit(values.data(), {2, 3}, packed.data());
  EXPECT_EQ(packed, (std::vector<uint8_t>{0x21, 0x03, 0xEF, 0x0D}));
}

}  // namespace
