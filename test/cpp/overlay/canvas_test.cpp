// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/canvas.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "overlay/jpeg_encoder.hpp"
#include "vision/jpeg_decoder.hpp"

namespace hbm::overlay {
namespace {

using vision::ColorRange;
using vision::Rgb;
using vision::Yuv;

constexpr Rgb kOrange{230, 120, 20};
constexpr Rgb kGreen{0, 200, 60};

/// A raw picture of one color.
std::vector<std::uint8_t> raw_of(const std::string& encoding, int width, int height, const Rgb& color) {
  const Yuv yuv = vision::yuv_of(color, ColorRange::kLimited);
  std::vector<std::uint8_t> data;
  const auto repeat = [&](std::vector<std::uint8_t> pattern, int count) {
    for (int i = 0; i < count; ++i) {
      data.insert(data.end(), pattern.begin(), pattern.end());
    }
  };
  const int pixels = width * height;
  if (encoding == "nv12" || encoding == "nv21" || encoding == "nv24") {
    repeat({yuv.y}, pixels);
  }
  if (encoding == "nv12") {
    repeat({yuv.u, yuv.v}, pixels / 4);
  }
  if (encoding == "nv21") {
    repeat({yuv.v, yuv.u}, pixels / 4);
  }
  if (encoding == "nv24") {
    repeat({yuv.u, yuv.v}, pixels);
  }
  if (encoding == "yuv422") {
    repeat({yuv.u, yuv.y, yuv.v, yuv.y}, pixels / 2);
  }
  if (encoding == "yuyv") {
    repeat({yuv.y, yuv.u, yuv.y, yuv.v}, pixels / 2);
  }
  if (encoding == "bgr8") {
    repeat({color.blue, color.green, color.red}, pixels);
  }
  if (encoding == "rgb8") {
    repeat({color.red, color.green, color.blue}, pixels);
  }
  if (encoding == "bgra8") {
    repeat({color.blue, color.green, color.red, 7}, pixels);
  }
  if (encoding == "rgba8") {
    repeat({color.red, color.green, color.blue, 7}, pixels);
  }
  if (encoding == "mono8") {
    repeat({vision::gray_of(color.red, color.green, color.blue)}, pixels);
  }
  return data;
}

void load(Canvas& canvas, const std::string& encoding, int width, int height, const Rgb& color) {
  const std::vector<std::uint8_t> data = raw_of(encoding, width, height, color);
  canvas.load(vision::make_picture(data.data(), data.size(), width, height, 0, encoding, ColorRange::kLimited));
}

Yuv at(const Canvas& canvas, int x, int y) {
  const std::ptrdiff_t chroma = std::ptrdiff_t{y / 2} * canvas.row_bytes(1) + x / 2;
  return {canvas.plane(0)[std::ptrdiff_t{y} * canvas.row_bytes(0) + x], canvas.plane(1)[chroma],
          canvas.plane(2)[chroma]};
}

void expect_near(const Yuv& got, const Yuv& wanted, int tolerance, const std::string& where) {
  EXPECT_NEAR(got.y, wanted.y, tolerance) << where;
  EXPECT_NEAR(got.u, wanted.u, tolerance) << where;
  EXPECT_NEAR(got.v, wanted.v, tolerance) << where;
}

/// Every byte of the picture, without the columns and rows that are rounded up.
std::vector<std::uint8_t> pixels_of(Canvas& canvas) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(canvas.width() * canvas.height() * 3));
  canvas.to_bgr(pixels.data(), 3 * canvas.width());
  return pixels;
}

TEST(Canvas, HoldsTheColorsOfEveryEncodingInFullRange) {
  for (const char* encoding : {"nv12", "nv21", "nv24", "yuv422", "yuyv", "bgr8", "rgb8", "bgra8", "rgba8", "mono8"}) {
    Canvas canvas;
    load(canvas, encoding, 38, 22, kOrange);
    Yuv wanted = vision::yuv_of(kOrange, ColorRange::kFull);
    if (std::string(encoding) == "mono8") {
      wanted.u = wanted.v = 128;
    }
    for (const auto& [x, y] : {std::pair(0, 0), std::pair(37, 21), std::pair(17, 5)}) {
      expect_near(at(canvas, x, y), wanted, 3, encoding);
    }
  }
}

TEST(Canvas, TakesJpegWithEverySamplingAndOddSides) {
  Canvas source;
  load(source, "bgr8", 51, 35, kOrange);
  JpegEncoder encoder;
  const JpegFile file = encoder.encode(source, 90);
  vision::JpegDecoder decoder;
  Canvas canvas;
  canvas.load(decoder.decode(file.data, file.size_bytes));
  EXPECT_EQ(canvas.width(), 51);
  EXPECT_EQ(canvas.height(), 35);
  expect_near(at(canvas, 50, 34), vision::yuv_of(kOrange, ColorRange::kFull), 3, "corner");
}

TEST(Canvas, FillsExactlyTheGivenPixels) {
  Canvas canvas;
  load(canvas, "bgr8", 16, 12, kOrange);
  const Yuv before = at(canvas, 0, 0), filled = vision::yuv_of(kGreen, ColorRange::kFull);
  canvas.fill({3, 2, 9, 7}, kGreen);
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 16; ++x) {
      const bool inside = x >= 3 && x < 9 && y >= 2 && y < 7;
      EXPECT_EQ(at(canvas, x, y).y, inside ? filled.y : before.y) << x << ", " << y;
    }
  }
  EXPECT_EQ(at(canvas, 4, 2).u, filled.u);
  // Of two by two pixels, a half and a quarter are covered.
  EXPECT_NEAR(at(canvas, 2, 2).u, (before.u + filled.u) / 2, 1);
  EXPECT_NEAR(at(canvas, 2, 6).u, (3 * before.u + filled.u) / 4, 1);
  EXPECT_EQ(at(canvas, 10, 2).u, before.u);
}

TEST(Canvas, DrawsALineWhereItIsAndNowhereElse) {
  Canvas canvas;
  load(canvas, "mono8", 40, 40, {0, 0, 0});
  const Point ends[] = {{5.5F, 8.5F}, {34.5F, 30.5F}};
  canvas.draw_line(ends, 2, false, 4, {255, 255, 255});
  EXPECT_EQ(at(canvas, 5, 8).y, 255);
  EXPECT_EQ(at(canvas, 20, 19).y, 255);
  EXPECT_EQ(at(canvas, 34, 30).y, 255);
  EXPECT_EQ(at(canvas, 20, 12).y, 0);
  EXPECT_EQ(at(canvas, 2, 8).y, 0);
  EXPECT_EQ(at(canvas, 38, 33).y, 0);
}

TEST(Canvas, ClipsWhatReachesBeyondThePicture) {
  for (const auto& [width, height] : {std::pair(1, 1), std::pair(7, 5), std::pair(2, 9), std::pair(64, 48)}) {
    Canvas canvas;
    load(canvas, "bgr8", width, height, kOrange);
    const std::vector<std::uint8_t> before = pixels_of(canvas);
    Font font;
    font.set_cap_height(20);
    const float beyond = 3.0F * 64, nothing = std::numeric_limits<float>::quiet_NaN();
    // What lies outside leaves the picture as it is.
    canvas.fill({-50, -50, 0, 200}, kGreen);
    canvas.fill({9, 9, 5, 5}, kGreen);
    canvas.draw_dot({-30, 10}, 5, kGreen);
    canvas.draw_dot({nothing, 1}, 5, kGreen);
    canvas.draw_dot({1e30F, 1}, 5, kGreen);
    canvas.draw_text(font, U"outside", 1000, 2, kGreen);
    EXPECT_EQ(pixels_of(canvas), before);
    // What covers it covers all of it, without a byte outside (the sanitizers check that).
    const Point across[] = {{-beyond, -beyond}, {beyond, beyond}};
    canvas.draw_line(across, 2, true, 300, kGreen);
    canvas.draw_text(font, U"WWW", -10, -10, kOrange);
    canvas.fill({-9, -9, 1000, 1000}, kGreen);
    expect_near(at(canvas, width - 1, height - 1), vision::yuv_of(kGreen, ColorRange::kFull), 1, "corner");
  }
}

TEST(Canvas, BlendsTheColorsOfNumbersThatAreStretchedOverIt) {
  Canvas canvas;
  load(canvas, "bgr8", 8, 8, {100, 100, 100});
  const Yuv before = at(canvas, 0, 0), green = vision::yuv_of(kGreen, ColorRange::kFull);
  const std::uint8_t numbers[] = {0, 1, 2, 9};
  canvas.blend(NumberGrid<std::uint8_t>{numbers, 2, 2, 2}, {std::nullopt, kGreen, std::nullopt});
  expect_near(at(canvas, 1, 1), before, 0, "number 0");
  expect_near(at(canvas, 5, 2),
              {static_cast<std::uint8_t>((before.y + green.y) / 2), static_cast<std::uint8_t>((before.u + green.u) / 2),
               static_cast<std::uint8_t>((before.v + green.v) / 2)},
              1, "number 1");
  expect_near(at(canvas, 1, 6), before, 0, "number 2");
  expect_near(at(canvas, 6, 6), before, 0, "a number beyond the colors");
}

TEST(JpegEncoder, KeepsItsMemoryForFilesOfAnySize) {
  JpegEncoder encoder;
  vision::JpegDecoder decoder;
  for (const auto& [width, height] : {std::pair(8, 8), std::pair(640, 480), std::pair(3, 5), std::pair(1280, 720)}) {
    Canvas canvas;
    load(canvas, "rgb8", width, height, kOrange);
    const JpegFile file = encoder.encode(canvas, 80);
    const vision::Picture picture = decoder.decode(file.data, file.size_bytes);
    EXPECT_EQ(picture.width, width);
    EXPECT_EQ(picture.height, height);
    EXPECT_EQ(picture.chroma_step_x, 2);
  }
}

}  // namespace
}  // namespace hbm::overlay
