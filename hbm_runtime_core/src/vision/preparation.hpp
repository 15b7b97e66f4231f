// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_PREPARATION_HPP_
#define HBM_VISION_PREPARATION_HPP_

#include <array>
#include <cstdint>
#include <optional>

#include "vision/picture.hpp"
#include "vision/placement.hpp"
#include "vision/resampler.hpp"
#include "vision/value_table.hpp"

namespace hbm::vision {

struct Geometry {
  ResizeMode mode = ResizeMode::kLetterbox;
  Interpolation interpolation = Interpolation::kBilinear;
  std::optional<Rectangle> region;           ///< of the source; all of it where empty
  std::array<uint8_t, 3> pad_rgb{{0, 0, 0}};  ///< colour of the borders
};

/// Two planes of the model's input, u8: luma, then chroma of two by two pixels.
struct Nv12Destination {
  Nv12View view;
  int32_t width, height;  ///< pixels, both even
};

/// A tensor of the model's input with one value for each pixel and channel. Strides in bytes.
struct TensorDestination {
  uint8_t* data;
  int32_t width, height;
  int64_t row_stride, pixel_stride, channel_stride;
};

/// Picture to model input. One object serves one thread at a time and keeps its memory from frame to frame.
class Preparation {
 public:
  explicit Preparation(const Geometry& geometry) : geometry_(geometry), resampler_(geometry.interpolation) {}

  ImageTransform prepare(const Picture& picture, const Nv12Destination& destination);
  ImageTransform prepare(const Picture& picture, const TensorDestination& destination, const ValueTable& values);

 private:
  Placement place_picture(const Picture& picture, int32_t width, int32_t height, int32_t target_step) const;

  Geometry geometry_;
  Resampler resampler_;
  Scratch bgra_;
  Scratch grey_;
};

}  // namespace hbm::vision

#endif  // HBM_VISION_PREPARATION_HPP_
