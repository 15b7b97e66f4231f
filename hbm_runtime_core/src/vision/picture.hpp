// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_PICTURE_HPP_
#define HBM_VISION_PICTURE_HPP_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hbm::vision {

enum class Encoding { kNv12, kNv21, kUyvy, kYuyv, kBgr8, kRgb8, kBgra8, kRgba8, kMono8 };

/// The encoding of a name of sensor_msgs/image_encodings (nv12 beside them). Throws ValueError, listing all known names.
Encoding encoding_from_name(std::string_view name);
const std::vector<std::string>& encoding_names();
/// Whether rows of chroma follow the rows of luma.
bool has_chroma_plane(Encoding encoding);

/// A picture in the caller's memory, checked: every row lies inside the data.
struct Picture {
  Encoding encoding;
  int32_t width;   ///< pixels
  int32_t height;  ///< pixels; rows of chroma are not counted
  int32_t row_bytes;  ///< from one row to the next
  const uint8_t* data;
  const uint8_t* chroma;  ///< rows of interleaved chroma; null where the encoding has none
};

/// Checks what a camera says about its picture, and puts right what cameras are known to get wrong with two-plane
/// pictures: a height that counts the chroma rows too, and a step that does not belong to the data.
/// Throws ValueError with expected and actual numbers.
Picture make_picture(const uint8_t* data, size_t size_bytes, int64_t width, int64_t height, int64_t step_bytes,
                     std::string_view encoding);

}  // namespace hbm::vision

#endif  // HBM_VISION_PICTURE_HPP_
