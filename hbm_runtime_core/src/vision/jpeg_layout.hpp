// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace hbm::vision {

/// The segments of a JPEG, read before any memory is allocated for its pixels.
struct JpegLayout {
  std::size_t size_bytes = 0;  ///< up to the end mark; what follows it does not belong to the picture
  std::int32_t width = 0;      ///< pixels
  std::int32_t height = 0;
  std::uint32_t tables = 0;  ///< that the file defines, one bit each: 4 of quantization, 8 of Huffman codes
};

/// Throws ValueError where the data is no JPEG, has no end mark, is larger than the limits, or has too few bytes for
/// the size that its header claims.
JpegLayout read_jpeg_layout(const std::uint8_t* data, std::size_t size_bytes);

}  // namespace hbm::vision
