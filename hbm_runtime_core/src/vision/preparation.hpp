// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "vision/nv12_output.hpp"
#include "vision/picture.hpp"
#include "vision/picture_sampler.hpp"
#include "vision/placement.hpp"
#include "vision/tensor_output.hpp"

namespace hbm::vision {

struct Geometry {
  ResizeMode mode = ResizeMode::kLetterbox;
  Interpolation interpolation = Interpolation::kBilinear;
  std::optional<Rectangle> region;  ///< of the source; all of it where empty
  Rgb border{0, 0, 0};              ///< color around a letterbox' picture
};

/// Picture to model input. One object serves one thread at a time and keeps its memory from frame to frame.
class Preparation {
 public:
  explicit Preparation(const Geometry& geometry) : geometry_(geometry) {}

  /// `range`: of the model's YUV.
  ImageTransform prepare(const Picture& picture, const Nv12Destination& destination, ColorRange range);
  ImageTransform prepare(const Picture& picture, const TensorDestination& destination, const ValueTable& values);

 private:
  void place_picture(const Picture& picture, std::int32_t width, std::int32_t height, ChromaGrid grid);

  Geometry geometry_;
  Picture last_picture_;  ///< what placement and sampler were made for; its data may be freed
  ChromaGrid last_grid_ = ChromaGrid::kQuarter;
  Placement placement_{};
  PictureSampler sampler_;
  Nv12Output nv12_output_;
  TensorOutput tensor_output_;
};

}  // namespace hbm::vision
