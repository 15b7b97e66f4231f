// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hbm::vision {

struct Rectangle {
  std::int32_t x, y, width, height;  ///< pixels
};

enum class ResizeMode {
  kStretch,           ///< the whole picture fills the model's
  kLetterbox,         ///< keeps the aspect ratio, borders on both sides
  kLetterboxTopLeft,  ///< keeps the aspect ratio, borders at the right or the bottom
  kCenterCrop,        ///< keeps the aspect ratio, what does not fit is cut off
  kNone,              ///< sizes must be equal
};

ResizeMode resize_mode_from_name(std::string_view name);
const char* resize_mode_name(ResizeMode mode);

/// Where a point of the model's picture lies in the source's, both counted in pixels from the outer edge of the top
/// left pixel (so that pixel's center is at 0.5, 0.5):  source = (model - pad) / scale + crop.
struct ImageTransform {
  std::int32_t src_width, src_height, dst_width, dst_height;  ///< pixels
  double scale_x, scale_y;                                    ///< model pixels for each source pixel
  double pad_left, pad_top;                                   ///< model pixels
  double crop_x, crop_y;                                      ///< source pixels
  ResizeMode mode;
};

/// What is read, where it is put, and how the two relate.
struct Placement {
  Rectangle source;
  Rectangle target;
  ImageTransform transform;
};

/// `region`: the part of the source that counts as the whole picture. `target_step`: 2 where positions and sizes in the
/// target must be even (chroma of two by two pixels), else 1.
Placement place(std::int32_t source_width, std::int32_t source_height, const Rectangle& region,
                std::int32_t target_width, std::int32_t target_height, ResizeMode mode, std::int32_t target_step);

/// Calls `fill` with the rectangles around `inner` that are not empty.
template <typename Fill>
void for_each_border(const Rectangle& inner, std::int32_t width, std::int32_t height, Fill fill) {
  const std::int32_t right = inner.x + inner.width;
  const std::int32_t bottom = inner.y + inner.height;
  for (const Rectangle& border :
       {Rectangle{0, 0, width, inner.y}, Rectangle{0, bottom, width, height - bottom},
        Rectangle{0, inner.y, inner.x, inner.height}, Rectangle{right, inner.y, width - right, inner.height}}) {
    if (border.width > 0 && border.height > 0) {
      fill(border);
    }
  }
}

}  // namespace hbm::vision
