// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/nv12_output.hpp"

#include <libyuv.h>

#include <cstring>

namespace hbm::vision {
namespace {

constexpr std::uint8_t kNoColor = 128;

void write_gray(const Picture& picture, PictureSampler& sampler, const RangeMap& range, const Nv12Destination& out) {
  for (std::int32_t y = 0; y < out.height; ++y) {
    std::uint8_t* row = out.y + y * out.y_row_bytes;
    sampler.luma(picture, y, row);
    if (!range.is_identity()) {
      range.map_luma(row, out.width);
    }
  }
  for (std::int32_t y = 0; y < out.height / 2; ++y) {
    std::memset(out.uv + y * out.uv_row_bytes, kNoColor, static_cast<std::size_t>(out.width));
  }
}

void write_yuv(const Picture& picture, PictureSampler& sampler, const RangeMap& range, const Nv12Destination& out) {
  for (std::int32_t y = 0; y < out.height; ++y) {
    std::uint8_t* row = out.y + y * out.y_row_bytes;
    sampler.luma(picture, y, row);
    if (!range.is_identity()) {
      range.map_luma(row, out.width);
    }
  }
  for (std::int32_t y = 0; y < out.height / 2; ++y) {
    std::uint8_t* row = out.uv + y * out.uv_row_bytes;
    sampler.chroma(picture, y, row);
    if (!range.is_identity()) {
      range.map_chroma(row, out.width);
    }
  }
}

/// `color`: of an even rectangle.
void fill(const Nv12Destination& out, const Rectangle& where, const Yuv& color) {
  const auto bytes = static_cast<std::size_t>(where.width);
  for (std::int32_t y = where.y; y < where.y + where.height; ++y) {
    std::memset(out.y + y * out.y_row_bytes + where.x, color.y, bytes);
  }
  for (std::int32_t y = where.y / 2; y < (where.y + where.height) / 2; ++y) {
    std::uint8_t* row = out.uv + y * out.uv_row_bytes + where.x;
    for (std::size_t x = 0; x < bytes; x += 2) {
      row[x] = color.u;
      row[x + 1] = color.v;
    }
  }
}

}  // namespace

void Nv12Output::write(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
                       ColorRange range, const Nv12Destination& out) {
  const Nv12Destination part{out.y + inside.y * out.y_row_bytes + inside.x,
                             out.y_row_bytes,
                             out.uv + inside.y / 2 * out.uv_row_bytes + inside.x,
                             out.uv_row_bytes,
                             inside.width,
                             inside.height};
  if (picture.kind == PixelKind::kGray) {
    write_gray(picture, sampler, RangeMap::between(picture.range, range), part);
  } else if (picture.kind == PixelKind::kYuv) {
    write_yuv(picture, sampler, RangeMap::between(picture.range, range), part);
  } else {
    write_colors(picture, sampler, range, part);
  }
  const Yuv color = yuv_of(border, range);
  for_each_border(inside, out.width, out.height, [&](const Rectangle& where) { fill(out, where, color); });
}

void Nv12Output::write_colors(const Picture& picture, PictureSampler& sampler, ColorRange range,
                              const Nv12Destination& inside) {
  const RangeMap& map = RangeMap::between(ColorRange::kLimited, range);
  const auto convert = picture.kind == PixelKind::kBgr ? libyuv::ARGBToI420 : libyuv::ABGRToI420;
  const std::int32_t width = inside.width;
  const std::int32_t row_bytes = width * 4;
  std::uint8_t* two_rows = colors_.reserve(static_cast<std::size_t>(row_bytes) * 2);
  std::uint8_t* u = u_.reserve(static_cast<std::size_t>(width) / 2);
  std::uint8_t* v = v_.reserve(static_cast<std::size_t>(width) / 2);
  for (std::int32_t y = 0; y < inside.height; y += 2) {
    sampler.colors(picture, y, two_rows);
    sampler.colors(picture, y + 1, two_rows + row_bytes);
    std::uint8_t* luma = inside.y + y * inside.y_row_bytes;
    std::uint8_t* chroma = inside.uv + y / 2 * inside.uv_row_bytes;
    // Not ARGBToNV12, which allocates memory in every call.
    convert(two_rows, row_bytes, luma, static_cast<int>(inside.y_row_bytes), u, 0, v, 0, width, 2);
    libyuv::MergeUVPlane(u, 0, v, 0, chroma, 0, width / 2, 1);
    if (map.is_identity()) {
      continue;
    }
    map.map_luma(luma, width);
    map.map_luma(luma + inside.y_row_bytes, width);
    map.map_chroma(chroma, width);
  }
}

}  // namespace hbm::vision
