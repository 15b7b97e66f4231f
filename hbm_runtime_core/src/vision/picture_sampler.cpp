// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/picture_sampler.hpp"

#include <libyuv.h>

#include <algorithm>

namespace hbm::vision {

void PictureSampler::set(const Picture& picture, const Rectangle& source, std::int32_t target_width,
                         std::int32_t target_height, ChromaGrid grid, Interpolation interpolation) {
  const bool colored = picture.kind == PixelKind::kBgr || picture.kind == PixelKind::kRgb;
  const SampleForm form{picture.plane.sample_bytes, colored ? picture.plane.sample_bytes : 1, colored ? 4 : 1};
  const double right = source.x + source.width;
  const double bottom = source.y + source.height;
  plane_.set({double(source.x), right}, {double(source.y), bottom}, picture.width, picture.height, target_width,
             target_height, form, interpolation);
  if (picture.kind != PixelKind::kYuv) {
    return;
  }

  const std::int32_t divisor = grid == ChromaGrid::kQuarter ? 2 : 1;
  // A picture that keeps its size gets no new colors: pixels that share a sample still share it.
  const bool same_size = source.width == target_width && source.height == target_height;
  const Interpolation chroma_interpolation =
      same_size && grid == ChromaGrid::kFull ? Interpolation::kNearest : interpolation;
  const std::ptrdiff_t apart = picture.v.data - picture.u.data;
  SampleForm chroma{picture.u.sample_bytes, 2, 2};
  if (picture.u.sample_bytes == 1) {
    chroma_form_ = ChromaForm::kPlanes;
    chroma = {1, 1, 1};
  } else if (apart == 1 || apart == -1) {
    chroma_form_ = apart == 1 ? ChromaForm::kInterleaved : ChromaForm::kInterleavedSwapped;
  } else {
    chroma_form_ = ChromaForm::kApart;
    chroma = {picture.u.sample_bytes, static_cast<std::int32_t>(std::abs(apart)) + 1, 1};
  }
  const double step_x = picture.chroma_step_x;
  const double step_y = picture.chroma_step_y;
  chroma_.set({source.x / step_x, right / step_x}, {source.y / step_y, bottom / step_y}, picture.chroma_width,
              picture.chroma_height, target_width / divisor, target_height / divisor, chroma, chroma_interpolation);
}

void PictureSampler::chroma(const Picture& picture, std::int32_t target_y, std::uint8_t* out) {
  const std::int32_t width = chroma_.width();
  if (chroma_form_ == ChromaForm::kInterleaved) {
    chroma_.row(picture.u, target_y, out);
  } else if (chroma_form_ == ChromaForm::kInterleavedSwapped) {
    chroma_.row(picture.v, target_y, out);
    libyuv::SwapUVPlane(out, 0, out, 0, width, 1);
  } else {
    std::uint8_t* u = u_.reserve(static_cast<std::size_t>(width));
    std::uint8_t* v = v_.reserve(static_cast<std::size_t>(width));
    if (chroma_form_ == ChromaForm::kPlanes) {
      chroma_.row(picture.u, target_y, u);
      chroma_.row(picture.v, target_y, v);
    } else {
      const Plane& first = picture.u.data < picture.v.data ? picture.u : picture.v;
      const std::uint8_t* line = chroma_.line(first, target_y);
      chroma_.scale(line + (picture.u.data - first.data), u);
      chroma_.scale(line + (picture.v.data - first.data), v);
    }
    libyuv::MergeUVPlane(u, 0, v, 0, out, 0, width, 1);
  }
}

}  // namespace hbm::vision
