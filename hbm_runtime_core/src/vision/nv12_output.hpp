// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/color.hpp"
#include "vision/picture_sampler.hpp"

namespace hbm::vision {

/// Two planes of the model's input, u8: luma, then chroma of two by two pixels.
struct Nv12Destination {
  std::uint8_t* y;
  std::int64_t y_row_bytes;
  std::uint8_t* uv;
  std::int64_t uv_row_bytes;
  std::int32_t width, height;  ///< pixels, both even
};

/// Writes pictures into NV12 planes.
class Nv12Output {
 public:
  /// Fills the even rectangle `inside` with the sampler's picture, the rest with `border`.
  void write(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
             ColorRange range, const Nv12Destination& out);

 private:
  void write_colors(const Picture& picture, PictureSampler& sampler, ColorRange range, const Nv12Destination& inside);

  Scratch colors_, u_, v_;
};

}  // namespace hbm::vision
