// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Pictures of every kind into a canvas, and back into colors.
#include <libyuv.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "overlay/canvas.hpp"

namespace hbm::overlay {
namespace {

using vision::Picture;
using vision::PixelKind;
using vision::Plane;

constexpr std::uint8_t kNoColor = 128;

const std::uint8_t* row_of(const Plane& plane, std::int32_t row) {
  return plane.data + std::ptrdiff_t{row} * plane.row_bytes;
}

void copy_row(const Plane& plane, std::int32_t row, std::int32_t count, std::uint8_t* target) {
  const std::uint8_t* source = row_of(plane, row);
  if (plane.sample_bytes == 1) {
    std::memcpy(target, source, static_cast<std::size_t>(count));
    return;
  }
  for (std::int32_t i = 0; i < count; ++i) {
    target[i] = source[std::ptrdiff_t{i} * plane.sample_bytes];
  }
}

/// The mean of the chroma of two by two pixels.
template <int kStepX>
void average_row(const Picture& picture, const Plane& plane, std::int32_t row, std::int32_t count,
                 std::uint8_t* target) {
  const std::int32_t last_row = picture.chroma_height - 1, last_column = picture.chroma_width - 1;
  const std::uint8_t* upper = row_of(plane, std::min(2 * row / picture.chroma_step_y, last_row));
  const std::uint8_t* lower = row_of(plane, std::min((2 * row + 1) / picture.chroma_step_y, last_row));
  for (std::int32_t i = 0; i < count; ++i) {
    const std::ptrdiff_t left = std::ptrdiff_t{std::min(2 * i / kStepX, last_column)} * plane.sample_bytes;
    const std::ptrdiff_t right = std::ptrdiff_t{std::min((2 * i + 1) / kStepX, last_column)} * plane.sample_bytes;
    target[i] = static_cast<std::uint8_t>((upper[left] + upper[right] + lower[left] + lower[right] + 2) / 4);
  }
}

void average_row(const Picture& picture, const Plane& plane, std::int32_t row, std::int32_t count,
                 std::uint8_t* target) {
  switch (picture.chroma_step_x) {
    case 1:
      return average_row<1>(picture, plane, row, count, target);
    case 2:
      return average_row<2>(picture, plane, row, count, target);
    default:
      return average_row<4>(picture, plane, row, count, target);
  }
}

}  // namespace

void Canvas::load(const Picture& picture) {
  width_ = picture.width;
  height_ = picture.height;
  luma_row_bytes_ = (width_ + 1) / 2 * 2;
  const auto luma_bytes = static_cast<std::size_t>(luma_row_bytes_) * static_cast<std::size_t>(rounded_height());
  planes_[0] = memory_.reserve(luma_bytes * 3 / 2);
  planes_[1] = planes_[0] + luma_bytes;
  planes_[2] = planes_[1] + luma_bytes / 4;
  switch (picture.kind) {
    case PixelKind::kGray:
      load_gray(picture);
      break;
    case PixelKind::kYuv:
      load_yuv(picture);
      break;
    default:
      load_colors(picture);
  }
  fill_rounded_up_edges();
}

void Canvas::load_gray(const Picture& picture) {
  for (std::int32_t y = 0; y < height_; ++y) {
    copy_row(picture.plane, y, width_, planes_[0] + std::ptrdiff_t{y} * luma_row_bytes_);
  }
  const auto chroma_bytes = static_cast<std::size_t>(planes_[2] - planes_[1]);
  std::memset(planes_[1], kNoColor, 2 * chroma_bytes);
}

void Canvas::load_yuv(const Picture& picture) {
  const vision::RangeMap& range = vision::RangeMap::between(picture.range, vision::ColorRange::kFull);
  for (std::int32_t y = 0; y < height_; ++y) {
    std::uint8_t* luma = planes_[0] + std::ptrdiff_t{y} * luma_row_bytes_;
    copy_row(picture.plane, y, width_, luma);
    if (!range.is_identity()) {
      range.map_luma(luma, width_);
    }
  }
  const std::int32_t columns = luma_row_bytes_ / 2;
  const bool quarter = picture.chroma_step_x == 2 && picture.chroma_step_y == 2;
  const bool pairs = picture.u.sample_bytes == 2 && std::abs(picture.u.data - picture.v.data) == 1;
  for (std::int32_t row = 0; row < (height_ + 1) / 2; ++row) {
    std::uint8_t* u = planes_[1] + std::ptrdiff_t{row} * columns;
    std::uint8_t* v = planes_[2] + std::ptrdiff_t{row} * columns;
    if (quarter && pairs) {
      const bool u_first = picture.u.data < picture.v.data;
      libyuv::SplitUVPlane(row_of(u_first ? picture.u : picture.v, row), 0, u_first ? u : v, 0, u_first ? v : u, 0,
                           columns, 1);
    } else if (quarter) {
      copy_row(picture.u, row, columns, u);
      copy_row(picture.v, row, columns, v);
    } else {
      average_row(picture, picture.u, row, columns, u);
      average_row(picture, picture.v, row, columns, v);
    }
    if (!range.is_identity()) {
      range.map_chroma(u, columns);
      range.map_chroma(v, columns);
    }
  }
}

void Canvas::load_colors(const Picture& picture) {
  const bool blue_first = picture.kind == PixelKind::kBgr;
  const std::int32_t chroma_row_bytes = luma_row_bytes_ / 2;
  const Plane& pixels = picture.plane;
  if (pixels.sample_bytes == 3) {
    const auto convert = blue_first ? libyuv::RGB24ToJ420 : libyuv::RAWToJ420;
    convert(pixels.data, pixels.row_bytes, planes_[0], luma_row_bytes_, planes_[1], chroma_row_bytes, planes_[2],
            chroma_row_bytes, width_, height_);
    return;
  }
  const std::uint8_t* source = pixels.data;
  std::int32_t source_row_bytes = pixels.row_bytes;
  if (!blue_first) {
    source_row_bytes = 4 * width_;
    std::uint8_t* swapped =
        conversion_.reserve(static_cast<std::size_t>(source_row_bytes) * static_cast<std::size_t>(height_));
    libyuv::ABGRToARGB(pixels.data, pixels.row_bytes, swapped, source_row_bytes, width_, height_);
    source = swapped;
  }
  libyuv::ARGBToJ420(source, source_row_bytes, planes_[0], luma_row_bytes_, planes_[1], chroma_row_bytes, planes_[2],
                     chroma_row_bytes, width_, height_);
}

/// JPEG is made of whole samples of chroma: the column and the row beyond an odd picture repeat its last ones.
void Canvas::fill_rounded_up_edges() {
  if (width_ % 2 != 0) {
    for (std::int32_t y = 0; y < height_; ++y) {
      std::uint8_t* row = planes_[0] + std::ptrdiff_t{y} * luma_row_bytes_;
      row[width_] = row[width_ - 1];
    }
  }
  if (height_ % 2 != 0) {
    std::uint8_t* last = planes_[0] + std::ptrdiff_t{height_ - 1} * luma_row_bytes_;
    std::memcpy(last + luma_row_bytes_, last, static_cast<std::size_t>(luma_row_bytes_));
  }
}

void Canvas::to_bgr(std::uint8_t* pixels, std::int32_t row_bytes) {
  const std::int32_t wide_row_bytes = 4 * width_;
  std::uint8_t* wide =
      conversion_.reserve(static_cast<std::size_t>(wide_row_bytes) * static_cast<std::size_t>(height_));
  libyuv::J420ToARGB(planes_[0], luma_row_bytes_, planes_[1], luma_row_bytes_ / 2, planes_[2], luma_row_bytes_ / 2,
                     wide, wide_row_bytes, width_, height_);
  libyuv::ARGBToRGB24(wide, wide_row_bytes, pixels, row_bytes, width_, height_);
}

}  // namespace hbm::overlay
