// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/picture.hpp"

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

/// Where the values of one encoding lie.
struct Encoding {
  const char* name;
  PixelKind kind;
  int32_t pixel_bytes;     ///< in the rows that the step counts
  int32_t chroma_columns;  ///< pixels that share a chroma sample; 0: no chroma
  int32_t chroma_rows;     ///< rows that share a row of a chroma plane below the luma; 0: no such plane
  int32_t luma, u, v;      ///< offsets in bytes of the first sample
};

constexpr Encoding kEncodings[] = {
    {"nv12", PixelKind::kYuv, 1, 2, 2, 0, 0, 1},
    {"nv21", PixelKind::kYuv, 1, 2, 2, 0, 1, 0},
    {"nv24", PixelKind::kYuv, 1, 1, 1, 0, 0, 1},
    {"uyvy", PixelKind::kYuv, 2, 2, 0, 1, 0, 2},
    {"yuv422", PixelKind::kYuv, 2, 2, 0, 1, 0, 2},
    {"yuyv", PixelKind::kYuv, 2, 2, 0, 0, 1, 3},
    {"yuv422_yuy2", PixelKind::kYuv, 2, 2, 0, 0, 1, 3},
    {"bgr8", PixelKind::kBgr, 3, 0, 0, 0, 0, 0},
    {"rgb8", PixelKind::kRgb, 3, 0, 0, 0, 0, 0},
    {"bgra8", PixelKind::kBgr, 4, 0, 0, 0, 0, 0},
    {"rgba8", PixelKind::kRgb, 4, 0, 0, 0, 0, 0},
    {"mono8", PixelKind::kGrey, 1, 0, 0, 0, 0, 0},
    // OpenCV's names, as cv_bridge writes them: its colours are in the order blue, green, red.
    {"8UC1", PixelKind::kGrey, 1, 0, 0, 0, 0, 0},
    {"8UC3", PixelKind::kBgr, 3, 0, 0, 0, 0, 0},
    {"8UC4", PixelKind::kBgr, 4, 0, 0, 0, 0, 0},
};

constexpr int64_t kMaxSide = 16384;
constexpr int64_t kMaxStepBytes = 1 << 24;

const Encoding& encoding_from_name(std::string_view name) {
  for (const Encoding& encoding : kEncodings) {
    if (name == encoding.name) return encoding;
  }
  std::string known;
  for (const std::string& entry : encoding_names()) known += (known.empty() ? "" : ", ") + entry;
  throw ValueError("picture encoding '" + std::string(name) + "' is unknown; known are " + known);
}

/// Rows that the step counts, and the bytes from one to the next.
struct Rows {
  int64_t height;  ///< pixels
  int64_t row_bytes;
};

/// What the numbers of a picture with a chroma plane mean; cameras do not agree about them.
Rows plane_rows(const Encoding& encoding, int64_t size, int64_t width, int64_t height, int64_t step) {
  // Rows of luma and chroma together, for each row of luma, doubled.
  const int64_t halves = encoding.chroma_rows == 2 ? 3 : 6;
  // First, because some say width * 3 / 2 for the step.
  if (size == width * height * halves / 2) return {height, width};
  const bool all_rows_counted = size <= step * height && size >= step * (height - 1) + width;
  if (all_rows_counted && height * 2 % halves == 0) return {height * 2 / halves, step};
  return {height, step};
}

template <typename What>
void require_whole_chroma(const Encoding& encoding, const What& what, int64_t width, int64_t height) {
  if (encoding.chroma_rows == 2 && (width % 2 != 0 || height % 2 != 0)) {
    throw ValueError(what() +
                     ": both sides must be even, since two by two pixels share their chroma; crop the picture");
  }
  if (encoding.chroma_columns == 2 && width % 2 != 0) {
    throw ValueError(what() + ": the width must be even, since two pixels share their chroma; crop the picture");
  }
}

}  // namespace

const std::vector<std::string>& encoding_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Encoding& encoding : kEncodings) list.emplace_back(encoding.name);
    return list;
  }();
  return names;
}

Picture make_picture(const uint8_t* data, size_t size_bytes, int64_t width, int64_t height, int64_t step_bytes,
                     std::string_view encoding_name, ColourRange yuv_range) {
  const Encoding& encoding = encoding_from_name(encoding_name);
  const auto what = [&] {
    return "picture " + std::string(encoding_name) + " " + std::to_string(width) + "x" + std::to_string(height) +
           ", step " + std::to_string(step_bytes) + " bytes";
  };
  if (width <= 0 || height <= 0 || width > kMaxSide || height > kMaxSide * 3) {
    throw ValueError(what() + ": expected sides of 1 to " + std::to_string(kMaxSide) + " pixels");
  }
  const int64_t pixel_bytes = width * encoding.pixel_bytes;
  const auto size = static_cast<int64_t>(size_bytes);
  Rows rows{height, step_bytes};
  int64_t row_count = height;
  if (step_bytes < 0 || step_bytes > kMaxStepBytes) {
    throw ValueError(what() + ": expected a step of " + std::to_string(pixel_bytes) + " to " +
                     std::to_string(kMaxStepBytes) + " bytes");
  }
  if (encoding.chroma_rows != 0) {
    rows = plane_rows(encoding, size, width, height, step_bytes);
    row_count = rows.height + rows.height * 2 / (encoding.chroma_rows * encoding.chroma_columns);
  }
  require_whole_chroma(encoding, what, width, rows.height);
  if (rows.row_bytes < pixel_bytes) {
    throw ValueError(what() + ": expected a step of at least " + std::to_string(pixel_bytes) + " bytes");
  }
  // Some cameras leave the padding behind the last row away.
  const int64_t least = rows.row_bytes * (row_count - 1) + pixel_bytes;
  const int64_t most = rows.row_bytes * row_count;
  if (size < least || size > most) {
    throw ValueError(what() + ": expected " + std::to_string(most) + " bytes of data, got " + std::to_string(size) +
                     (size < least ? "; is the picture cut off, or the step wrong?"
                                   : "; does the encoding fit, or do width and height?"));
  }
  Picture picture;
  picture.kind = encoding.kind;
  picture.range = encoding.kind == PixelKind::kYuv ? yuv_range : ColourRange::kFull;
  picture.width = static_cast<int32_t>(width);
  picture.height = static_cast<int32_t>(rows.height);
  const auto row_bytes = static_cast<int32_t>(rows.row_bytes);
  picture.plane = {data + encoding.luma, row_bytes, encoding.pixel_bytes};
  if (encoding.chroma_columns != 0) {
    const bool below = encoding.chroma_rows != 0;
    const uint8_t* chroma = below ? data + rows.row_bytes * rows.height : data;
    // A row of full-width chroma, two bytes a pixel, takes two rows of luma.
    const int32_t chroma_row_bytes = below && encoding.chroma_columns == 1 ? 2 * row_bytes : row_bytes;
    const int32_t sample_bytes = below ? 2 : 4;
    picture.u = {chroma + encoding.u, chroma_row_bytes, sample_bytes};
    picture.v = {chroma + encoding.v, chroma_row_bytes, sample_bytes};
    picture.chroma_step_x = encoding.chroma_columns;
    picture.chroma_step_y = below ? encoding.chroma_rows : 1;
    picture.chroma_width = picture.width / picture.chroma_step_x;
    picture.chroma_height = picture.height / picture.chroma_step_y;
  }
  return picture;
}

}  // namespace hbm::vision
