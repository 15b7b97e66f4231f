// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/preparation.hpp"

namespace hbm::vision {
namespace {

bool differ_in_data_alone(const Picture& a, const Picture& b) {
  return a.kind == b.kind && a.width == b.width && a.height == b.height &&
         a.plane.sample_bytes == b.plane.sample_bytes && a.u.sample_bytes == b.u.sample_bytes &&
         a.v.data - a.u.data == b.v.data - b.u.data && a.chroma_step_x == b.chroma_step_x &&
         a.chroma_step_y == b.chroma_step_y;
}

}  // namespace

void Preparation::place_picture(const Picture& picture, std::int32_t width, std::int32_t height, ChromaGrid grid) {
  const ImageTransform& last = placement_.transform;
  if (grid == last_grid_ && last.dst_width == width && last.dst_height == height &&
      differ_in_data_alone(picture, last_picture_)) {
    return;
  }
  const Placement placement =
      place(picture.width, picture.height, geometry_.region.value_or(Rectangle{0, 0, picture.width, picture.height}),
            width, height, geometry_.mode, grid == ChromaGrid::kQuarter ? 2 : 1);
  last_picture_ = {};  // fits no picture, in case that an allocation below fails
  sampler_.set(picture, placement.source, placement.target.width, placement.target.height, grid,
               geometry_.interpolation);
  placement_ = placement;
  last_grid_ = grid;
  last_picture_ = picture;
}

ImageTransform Preparation::prepare(const Picture& picture, const Nv12Destination& destination, ColorRange range) {
  place_picture(picture, destination.width, destination.height, ChromaGrid::kQuarter);
  nv12_output_.write(picture, sampler_, placement_.target, geometry_.border, range, destination);
  return placement_.transform;
}

ImageTransform Preparation::prepare(const Picture& picture, const TensorDestination& destination,
                                    const ValueTable& values) {
  place_picture(picture, destination.width, destination.height, ChromaGrid::kFull);
  tensor_output_.write(picture, sampler_, placement_.target, geometry_.border, values, destination);
  return placement_.transform;
}

}  // namespace hbm::vision
