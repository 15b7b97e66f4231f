// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "overlay/font.hpp"
#include "vision/color.hpp"
#include "vision/picture.hpp"
#include "vision/scratch.hpp"

namespace hbm::overlay {

/// Pixels from the outer edge of the top left pixel.
struct Point {
  float x, y;
};

/// Whole pixels: the first column and row, and those behind the last.
struct Rectangle {
  std::int32_t left, top, right, bottom;
};

/// A number for each point of a grid that is stretched over the picture.
template <typename Number>
struct NumberGrid {
  const Number* data;
  std::int32_t width, height;
  std::ptrdiff_t row_bytes;
};

/// A picture to draw into, in the form that JPEG stores: luma, and chroma for two by two pixels, in full range. So
/// neither the pictures of cameras nor the file need a conversion to red, green and blue.
class Canvas {
 public:
  /// Copies the picture. Memory is kept for the next one.
  void load(const vision::Picture& picture);

  std::int32_t width() const { return width_; }
  std::int32_t height() const { return height_; }
  /// Plane 0 is luma, 1 and 2 are chroma. Rows and columns of luma are rounded up to even numbers.
  const std::uint8_t* plane(int index) const { return planes_[index]; }
  std::int32_t row_bytes(int index) const { return index == 0 ? luma_row_bytes_ : luma_row_bytes_ / 2; }

  // What lies outside of the picture is not drawn.
  void fill(const Rectangle& area, const vision::Rgb& color);
  /// A line with round ends through all points, and back to the first one if it is closed.
  void draw_line(const Point* points, std::size_t count, bool closed, float thickness, const vision::Rgb& color);
  void draw_dot(Point center, float radius, const vision::Rgb& color);
  /// `x`, `y`: of the top left corner of the first capital letter.
  void draw_text(Font& font, std::u32string_view text, std::int32_t x, std::int32_t y, const vision::Rgb& color);
  /// Blends the color of each point's number half over the picture. Numbers without a color leave it as it is.
  template <typename Number>
  void blend(const NumberGrid<Number>& numbers, const std::vector<std::optional<vision::Rgb>>& colors);

  /// Writes blue, green, red, three bytes per pixel.
  void to_bgr(std::uint8_t* pixels, std::int32_t row_bytes);

 private:
  std::int32_t rounded_height() const { return (height_ + 1) / 2 * 2; }
  void load_gray(const vision::Picture& picture);
  void load_yuv(const vision::Picture& picture);
  void load_colors(const vision::Picture& picture);
  void fill_rounded_up_edges();
  void draw_segment(Point from, Point to, float thickness, const vision::Yuv& color);
  template <typename Span, typename Coverage>
  void shade(const Rectangle& bounds, const vision::Yuv& color, Span&& span, Coverage&& coverage);
  void blend_chroma(std::int32_t column, std::int32_t row, std::int32_t coverage, const vision::Yuv& color);

  std::int32_t width_ = 0;
  std::int32_t height_ = 0;
  std::int32_t luma_row_bytes_ = 0;
  std::uint8_t* planes_[3] = {};
  vision::Scratch memory_;
  vision::Scratch conversion_;
  std::vector<std::uint8_t> covered_;  // two rows
};

}  // namespace hbm::overlay
