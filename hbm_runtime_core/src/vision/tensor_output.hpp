// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/color.hpp"
#include "vision/picture_sampler.hpp"
#include "vision/value_table.hpp"

namespace hbm::vision {

/// A tensor of the model's input with one value for each pixel and channel. Strides in bytes.
struct TensorDestination {
  std::uint8_t* data;
  std::int32_t width, height;
  std::int64_t row_stride, pixel_stride, channel_stride;
};

/// Writes pictures into tensors of separate values.
class TensorOutput {
 public:
  /// Fills the rectangle `inside` with the sampler's picture, the rest with `border`.
  void write(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
             const ValueTable& values, const TensorDestination& out);

 private:
  template <typename Bits>
  void write_as(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
                const ValueTable& values, const TensorDestination& out);

  Scratch row_, chroma_, colors_;
};

}  // namespace hbm::vision
