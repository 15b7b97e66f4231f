// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/color.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace hbm::vision {
namespace {

TEST(Color, BlackWhiteAndGreyHaveTheNumbersOfBt601) {
  const auto expect = [](const Rgb& rgb, ColorRange range, int y, int u, int v) {
    const Yuv yuv = yuv_of(rgb, range);
    EXPECT_EQ(yuv.y, y);
    EXPECT_EQ(yuv.u, u);
    EXPECT_EQ(yuv.v, v);
  };
  expect({0, 0, 0}, ColorRange::kLimited, 16, 128, 128);
  expect({255, 255, 255}, ColorRange::kLimited, 235, 128, 128);
  expect({255, 0, 0}, ColorRange::kLimited, 81, 90, 240);
  expect({0, 0, 255}, ColorRange::kLimited, 41, 240, 110);
  expect({114, 114, 114}, ColorRange::kFull, 114, 128, 128);
  expect({255, 0, 0}, ColorRange::kFull, 76, 85, 255);
}

// The conversion inside models that take NV12.
TEST(Color, YuvOfAColorLeadsBackToIt) {
  for (int red = 0; red < 256; red += 15) {
    for (int green = 0; green < 256; green += 15) {
      for (int blue = 0; blue < 256; blue += 15) {
        const Rgb rgb{std::uint8_t(red), std::uint8_t(green), std::uint8_t(blue)};
        const Yuv yuv = yuv_of(rgb, ColorRange::kLimited);
        const double luma = 1.164 * (yuv.y - 16);
        EXPECT_NEAR(luma + 1.596 * (yuv.v - 128), red, 2.2);
        EXPECT_NEAR(luma - 0.813 * (yuv.v - 128) - 0.391 * (yuv.u - 128), green, 2.2);
        EXPECT_NEAR(luma + 2.018 * (yuv.u - 128), blue, 2.2);
      }
    }
  }
}

TEST(Color, RangesAreMappedToTheNearestValue) {
  struct Case {
    ColorRange from, to;
    double luma_gain, luma_offset, chroma_gain;
  };
  for (const Case& c : {Case{ColorRange::kFull, ColorRange::kLimited, 219 / 255.0, 16, 224 / 255.0},
                        Case{ColorRange::kLimited, ColorRange::kFull, 255 / 219.0, -16 * 255 / 219.0, 255 / 224.0}}) {
    const RangeMap& map = RangeMap::between(c.from, c.to);
    EXPECT_FALSE(map.is_identity());
    for (int value = 0; value < 256; ++value) {
      auto luma = static_cast<std::uint8_t>(value);
      auto chroma = luma;
      map.map_luma(&luma, 1);
      map.map_chroma(&chroma, 1);
      EXPECT_NEAR(luma, std::clamp(value * c.luma_gain + c.luma_offset, 0.0, 255.0), 0.52) << value;
      EXPECT_NEAR(chroma, std::clamp(128 + (value - 128) * c.chroma_gain, 0.0, 255.0), 0.52) << value;
    }
  }
  EXPECT_TRUE(RangeMap::between(ColorRange::kFull, ColorRange::kFull).is_identity());
}

}  // namespace
}  // namespace hbm::vision
