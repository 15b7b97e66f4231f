// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/resampler.hpp"

#include <libyuv.h>

#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

constexpr int32_t kBgraBytes = 4;

void check(int result, const char* step) {
  if (result != 0) throw Error(std::string("picture conversion failed in ") + step);
}

bool is_yuv(Encoding encoding) {
  return has_chroma_plane(encoding) || encoding == Encoding::kUyvy || encoding == Encoding::kYuyv;
}

/// Grey of 0 to 255 as luma of 16 to 235.
void limit_range(uint8_t* row, int32_t width) {
  for (int32_t x = 0; x < width; ++x) row[x] = static_cast<uint8_t>((row[x] * 219 + 127) / 255 + 16);
}

}  // namespace

Interpolation interpolation_from_name(std::string_view name) {
  if (name == "nearest") return Interpolation::kNearest;
  if (name == "bilinear") return Interpolation::kBilinear;
  if (name == "box") return Interpolation::kBox;
  throw ValueError("interpolation '" + std::string(name) + "' is unknown; known are nearest, bilinear, box");
}

uint8_t* Scratch::reserve(size_t size_bytes) {
  if (size_bytes > size_bytes_) {
    memory_.reset(new uint8_t[size_bytes]);
    size_bytes_ = size_bytes;
  }
  return memory_.get();
}

void Resampler::to_nv12(const Picture& picture, const Rectangle& source, int32_t width, int32_t height,
                        const Nv12View& out) {
  const auto filter = static_cast<libyuv::FilterMode>(interpolation_);
  const ptrdiff_t row = picture.row_bytes;
  if (has_chroma_plane(picture.encoding)) {
    const uint8_t* y = picture.data + source.y * row + source.x;
    const uint8_t* uv = picture.chroma + source.y / 2 * row + source.x;
    check(libyuv::NV12Scale(y, picture.row_bytes, uv, picture.row_bytes, source.width, source.height, out.y,
                            out.y_row_bytes, out.uv, out.uv_row_bytes, width, height, filter),
          "NV12Scale");
    if (picture.encoding == Encoding::kNv21) {
      libyuv::SwapUVPlane(out.uv, out.uv_row_bytes, out.uv, out.uv_row_bytes, width / 2, height / 2);
    }
  } else if (is_yuv(picture.encoding)) {
    const size_t luma_bytes = static_cast<size_t>(source.width) * source.height;
    uint8_t* y = converted_.reserve(luma_bytes + luma_bytes / 2 + static_cast<size_t>(source.width));
    uint8_t* uv = y + luma_bytes;
    const uint8_t* from = picture.data + source.y * row + source.x * 2;
    const auto convert = picture.encoding == Encoding::kUyvy ? libyuv::UYVYToNV12 : libyuv::YUY2ToNV12;
    check(convert(from, picture.row_bytes, y, source.width, uv, source.width, source.width, source.height),
          "4:2:2 to NV12");
    check(libyuv::NV12Scale(y, source.width, uv, source.width, source.width, source.height, out.y, out.y_row_bytes,
                            out.uv, out.uv_row_bytes, width, height, filter),
          "NV12Scale");
  } else if (picture.encoding == Encoding::kMono8) {
    libyuv::ScalePlane(picture.data + source.y * row + source.x, picture.row_bytes, source.width, source.height, out.y,
                       out.y_row_bytes, width, height, filter);
    for (int32_t line = 0; line < height; ++line) limit_range(out.y + ptrdiff_t{line} * out.y_row_bytes, width);
    libyuv::SetPlane(out.uv, out.uv_row_bytes, width, height / 2, 128);
  } else {
    const BgraView bgra = scaled_bgra(picture, source, width, height);
    check(libyuv::ARGBToNV12(bgra.data, bgra.row_bytes, out.y, out.y_row_bytes, out.uv, out.uv_row_bytes, width, height),
          "BGRA to NV12");
  }
}

void Resampler::to_bgra(const Picture& picture, const Rectangle& source, int32_t width, int32_t height,
                        const BgraView& out) {
  if (is_yuv(picture.encoding)) {
    // NV12 wants even sides; a column or a row too many costs less than a second way.
    const int32_t even_width = (width + 1) & ~1;
    const int32_t even_height = (height + 1) & ~1;
    const size_t luma_bytes = static_cast<size_t>(even_width) * even_height;
    uint8_t* y = scaled_.reserve(luma_bytes * 3 / 2);
    const Nv12View nv12{y, even_width, y + luma_bytes, even_width};
    to_nv12(picture, source, even_width, even_height, nv12);
    check(libyuv::NV12ToARGB(nv12.y, nv12.y_row_bytes, nv12.uv, nv12.uv_row_bytes, out.data, out.row_bytes, width,
                             height),
          "NV12 to BGRA");
  } else if (picture.encoding == Encoding::kMono8) {
    uint8_t* grey = scaled_.reserve(static_cast<size_t>(width) * height);
    libyuv::ScalePlane(picture.data + ptrdiff_t{source.y} * picture.row_bytes + source.x, picture.row_bytes,
                       source.width, source.height, grey, width, width, height,
                       static_cast<libyuv::FilterMode>(interpolation_));
    check(libyuv::J400ToARGB(grey, width, out.data, out.row_bytes, width, height), "grey to BGRA");
  } else {
    const BgraView bgra = scaled_bgra(picture, source, width, height);
    libyuv::CopyPlane(bgra.data, bgra.row_bytes, out.data, out.row_bytes, width * kBgraBytes, height);
  }
}

BgraView Resampler::scaled_bgra(const Picture& picture, const Rectangle& source, int32_t width, int32_t height) {
  const bool packed_in_three = picture.encoding == Encoding::kBgr8 || picture.encoding == Encoding::kRgb8;
  const uint8_t* from = picture.data + ptrdiff_t{source.y} * picture.row_bytes + source.x * (packed_in_three ? 3 : 4);
  int32_t from_row_bytes = picture.row_bytes;
  int32_t from_height = source.height;
  const auto filter = static_cast<libyuv::FilterMode>(interpolation_);
  if (packed_in_three && height < source.height) {
    // Fewer rows first: rows that the filter skips are then never converted. Bytes of a row are scaled alike whatever
    // they mean, because the width stays.
    const int32_t row_bytes = source.width * 3;
    uint8_t* rows = fewer_rows_.reserve(static_cast<size_t>(row_bytes) * height);
    libyuv::ScalePlane(from, from_row_bytes, row_bytes, source.height, rows, row_bytes, row_bytes, height, filter);
    from = rows;
    from_row_bytes = row_bytes;
    from_height = height;
  }
  if (picture.encoding != Encoding::kBgra8) {
    const int32_t row_bytes = source.width * kBgraBytes;
    uint8_t* bgra = converted_.reserve(static_cast<size_t>(row_bytes) * from_height);
    const auto convert = picture.encoding == Encoding::kBgr8   ? libyuv::RGB24ToARGB
                         : picture.encoding == Encoding::kRgb8 ? libyuv::RAWToARGB
                                                               : libyuv::ABGRToARGB;
    check(convert(from, from_row_bytes, bgra, row_bytes, source.width, from_height), "colour order to BGRA");
    from = bgra;
    from_row_bytes = row_bytes;
  }
  const int32_t row_bytes = width * kBgraBytes;
  uint8_t* scaled = scaled_.reserve(static_cast<size_t>(row_bytes) * height);
  check(libyuv::ARGBScale(from, from_row_bytes, source.width, from_height, scaled, row_bytes, width, height, filter),
        "ARGBScale");
  return {scaled, row_bytes};
}

}  // namespace hbm::vision
