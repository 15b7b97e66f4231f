// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vision/color.hpp"

namespace hbm::vision {

/// One value (or group of values) for each point of a grid, in the caller's memory.
struct Plane {
  const std::uint8_t* data = nullptr;
  std::int32_t row_bytes = 0;     ///< from one row to the next
  std::int32_t sample_bytes = 1;  ///< from one sample to the next
};

enum class PixelKind { kGray, kYuv, kBgr, kRgb };

/// Which number of a raw picture was corrected.
enum class Reading {
  kAsStated,
  kPackedRows,         ///< the step: the data has exactly the bytes of rows without padding
  kChromaRowsCounted,  ///< the height: it counts the rows of chroma too
  kPagePadding,        ///< the size of the data: it is rounded up to whole pages
};

/// A sentence about it; empty for kAsStated.
const char* reading_text(Reading reading);

/// A picture in the caller's memory, checked: every sample lies inside the data.
struct Picture {
  PixelKind kind = PixelKind::kGray;
  ColorRange range = ColorRange::kFull;  ///< of gray and YUV
  std::int32_t width = 0;                ///< pixels
  std::int32_t height = 0;               ///< pixels; rows of chroma are not counted
  Plane plane;                           ///< gray, luma, or the colors with three or four bytes per pixel
  Plane u, v;                            ///< chroma of YUV
  std::int32_t chroma_step_x = 1;        ///< pixels for each sample of chroma: 1, 2 or 4
  std::int32_t chroma_step_y = 1;
  std::int32_t chroma_width = 0;  ///< samples
  std::int32_t chroma_height = 0;
  Reading reading = Reading::kAsStated;
};

/// Names of the encodings that make_picture() takes: those of sensor_msgs/image_encodings, and nv12.
const std::vector<std::string>& encoding_names();
/// Names of encodings whose rows are known, and whose pixels another library has to convert: 16 bits, Bayer mosaics.
const std::vector<std::string>& foreign_encoding_names();

/// Where the rows of a raw picture lie.
struct RawLayout {
  std::int64_t height;     ///< pixels; rows of chroma are not counted
  std::int64_t row_bytes;  ///< from one row to the next
  Reading reading;
};

/// Checks the numbers of a picture, and corrects what cameras are known to write wrongly, if only one interpretation of
/// the numbers is possible. Throws ValueError with expected and actual numbers, and with both interpretations if there
/// are two.
RawLayout read_layout(std::size_t size_bytes, std::int64_t width, std::int64_t height, std::int64_t step_bytes,
                      std::string_view encoding);

/// The picture that read_layout() describes. `yuv_range` holds where the encoding is YUV.
Picture make_picture(const std::uint8_t* data, std::size_t size_bytes, std::int64_t width, std::int64_t height,
                     std::int64_t step_bytes, std::string_view encoding, ColorRange yuv_range);

}  // namespace hbm::vision
