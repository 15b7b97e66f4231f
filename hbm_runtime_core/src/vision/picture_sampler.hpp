// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/picture.hpp"
#include "vision/placement.hpp"
#include "vision/plane_sampler.hpp"

namespace hbm::vision {

/// How much chroma the target has.
enum class ChromaGrid {
  kQuarter,  ///< a sample for two by two pixels: NV12
  kFull,     ///< a sample for each pixel: on the way to red, green, blue
};

/// Cuts a rectangle out of a picture and scales it, one row of the target at a time, in the picture's own colors.
class PictureSampler {
 public:
  /// Prepares for `picture` and others that differ from it only in their data.
  void set(const Picture& picture, const Rectangle& source, std::int32_t target_width, std::int32_t target_height,
           ChromaGrid grid, Interpolation interpolation);

  /// Gray or luma, one byte per pixel.
  void luma(const Picture& picture, std::int32_t target_y, std::uint8_t* out) {
    plane_.row(picture.plane, target_y, out);
  }
  /// U and V alternate. `target_y` counts rows of chroma.
  void chroma(const Picture& picture, std::int32_t target_y, std::uint8_t* out);
  /// Four bytes per pixel, the first three in the picture's order.
  void colors(const Picture& picture, std::int32_t target_y, std::uint8_t* out) {
    plane_.row(picture.plane, target_y, out);
  }

 private:
  enum class ChromaForm { kInterleaved, kInterleavedSwapped, kApart, kPlanes };

  PlaneSampler plane_, chroma_;
  ChromaForm chroma_form_ = ChromaForm::kInterleaved;
  Scratch u_, v_;
};

}  // namespace hbm::vision
