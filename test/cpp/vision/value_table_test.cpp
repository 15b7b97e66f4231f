// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/value_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

float float_from_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

TEST(ValueTable, FloatsAreMeanSubtractedAndScaledByChannel) {
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_F32;
  format.mean = {{1, 2, 3}};
  format.scale = {{0.5F, 0.25F, 2}};
  const ValueTable values(format);
  EXPECT_EQ(float_from_bits(values.channel<std::uint32_t>(0)[255]), 127.0F);
  EXPECT_EQ(float_from_bits(values.channel<std::uint32_t>(1)[2]), 0.0F);
  EXPECT_EQ(float_from_bits(values.channel<std::uint32_t>(2)[0]), -6.0F);
}

TEST(ValueTable, QuantisedValuesAreRoundedToEvenAndSaturated) {
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_S8;
  format.quantized = true;
  format.quant_scale = {{2, 0.5F, 1}};
  format.zero_point = {{0, 0, -100}};
  const ValueTable values(format);
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(0)[5]), 2);  // 2.5
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(0)[7]), 4);  // 3.5
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(1)[200]), 127);
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(2)[10]), -90);
}

TEST(ValueTable, ASignedInputWithoutQuantisationTakesTheShiftFromTheMean) {
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_S8;
  format.mean = {{128, 128, 128}};
  const ValueTable values(format);
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(0)[0]), -128);
  EXPECT_EQ(static_cast<std::int8_t>(values.channel<std::uint8_t>(0)[255]), 127);
}

TEST(ValueTable, NumbersThatCannotBeAreRefused) {
  PixelFormat format;
  format.mean[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(ValueTable{format}, ValueError);
  format = {};
  format.quantized = true;
  format.quant_scale[2] = 0;
  EXPECT_THROW(ValueTable{format}, ValueError);
  format = {};
  format.dtype = HB_DNN_TENSOR_TYPE_S4;
  EXPECT_THROW(ValueTable{format}, ValueError);
}

}  // namespace
}  // namespace hbm::vision
