// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/picture.hpp"

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

struct Name {
  const char* name;
  Encoding encoding;
};

constexpr Name kNames[] = {
    {"nv12", Encoding::kNv12},   {"nv21", Encoding::kNv21},          {"uyvy", Encoding::kUyvy},
    {"yuv422", Encoding::kUyvy}, {"yuv422_yuy2", Encoding::kYuyv},   {"yuyv", Encoding::kYuyv},
    {"bgr8", Encoding::kBgr8},   {"rgb8", Encoding::kRgb8},          {"bgra8", Encoding::kBgra8},
    {"rgba8", Encoding::kRgba8}, {"mono8", Encoding::kMono8},        {"8UC1", Encoding::kMono8},
    {"8UC3", Encoding::kBgr8},
};

constexpr int64_t kMaxSide = 16384;

int64_t bytes_per_pixel(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUyvy:
    case Encoding::kYuyv: return 2;
    case Encoding::kBgr8:
    case Encoding::kRgb8: return 3;
    case Encoding::kBgra8:
    case Encoding::kRgba8: return 4;
    default: return 1;
  }
}

std::string describe(std::string_view encoding, int64_t width, int64_t height, int64_t step) {
  return "picture " + std::string(encoding) + " " + std::to_string(width) + "x" + std::to_string(height) + ", step " +
         std::to_string(step) + " bytes";
}

}  // namespace

const std::vector<std::string>& encoding_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Name& entry : kNames) list.emplace_back(entry.name);
    return list;
  }();
  return names;
}

Encoding encoding_from_name(std::string_view name) {
  for (const Name& entry : kNames) {
    if (name == entry.name) return entry.encoding;
  }
  std::string known;
  for (const std::string& entry : encoding_names()) known += (known.empty() ? "" : ", ") + entry;
  throw ValueError("picture encoding '" + std::string(name) + "' is unknown; known are " + known);
}

bool has_chroma_plane(Encoding encoding) { return encoding == Encoding::kNv12 || encoding == Encoding::kNv21; }

Picture make_picture(const uint8_t* data, size_t size_bytes, int64_t width, int64_t height, int64_t step_bytes,
                     std::string_view encoding_name) {
  const Encoding encoding = encoding_from_name(encoding_name);
  const std::string what = describe(encoding_name, width, height, step_bytes);
  if (width <= 0 || height <= 0 || width > kMaxSide || height > kMaxSide * 3 / 2) {
    throw ValueError(what + ": expected sides of 1 to " + std::to_string(kMaxSide) + " pixels");
  }
  const auto size = static_cast<int64_t>(size_bytes);
  const int64_t pixel_bytes = width * bytes_per_pixel(encoding);
  int64_t rows = height;
  int64_t row_bytes = step_bytes;
  if (has_chroma_plane(encoding)) {
    const bool chroma_counted = size <= row_bytes * height && size >= row_bytes * (height - 1) + width;
    if (chroma_counted && height % 3 == 0) {
      // The publisher counted the chroma rows: two thirds of the rows are luma.
      height = height / 3 * 2;
    } else if (size == width * height * 3 / 2 && row_bytes * height * 3 / 2 != size) {
      row_bytes = width;
    }
    if (width % 2 != 0 || height % 2 != 0) {
      throw ValueError(what + ": both sides must be even, since two by two pixels share their chroma; crop the picture");
    }
    rows = height * 3 / 2;
  } else if ((encoding == Encoding::kUyvy || encoding == Encoding::kYuyv) && width % 2 != 0) {
    throw ValueError(what + ": the width must be even, since two pixels share their chroma; crop the picture");
  }
  if (row_bytes < pixel_bytes) {
    throw ValueError(what + ": expected a step of at least " + std::to_string(pixel_bytes) + " bytes");
  }
  // Some cameras leave the padding behind the last row away.
  const int64_t least = row_bytes * (rows - 1) + pixel_bytes;
  const int64_t most = row_bytes * rows;
  if (size < least || size > most) {
    throw ValueError(what + ": expected " + std::to_string(most) + " bytes of data, got " + std::to_string(size) +
                     (size < least ? "; is the picture cut off, or the step wrong?"
                                   : "; does the encoding fit, or do width and height?"));
  }
  return Picture{encoding,
                 static_cast<int32_t>(width),
                 static_cast<int32_t>(height),
                 static_cast<int32_t>(row_bytes),
                 data,
                 has_chroma_plane(encoding) ? data + row_bytes * height : nullptr};
}

}  // namespace hbm::vision
