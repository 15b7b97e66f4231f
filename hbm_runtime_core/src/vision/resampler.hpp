// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_RESAMPLER_HPP_
#define HBM_VISION_RESAMPLER_HPP_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "vision/picture.hpp"
#include "vision/placement.hpp"

namespace hbm::vision {

/// Values are libyuv's FilterMode.
enum class Interpolation { kNearest = 0, kBilinear = 2, kBox = 3 };

Interpolation interpolation_from_name(std::string_view name);

/// Memory that grows to the largest picture seen and is kept.
class Scratch {
 public:
  uint8_t* reserve(size_t size_bytes);

 private:
  std::unique_ptr<uint8_t[]> memory_;
  size_t size_bytes_ = 0;
};

struct Nv12View {
  uint8_t* y;
  int32_t y_row_bytes;
  uint8_t* uv;
  int32_t uv_row_bytes;
};

/// Four bytes a pixel: blue, green, red, alpha.
struct BgraView {
  uint8_t* data;
  int32_t row_bytes;
};

/// Cuts a rectangle out of a picture and scales it, in the colour space that the target wants (BT.601, limited range
/// for YUV). Nothing is allocated after the first picture of a size.
class Resampler {
 public:
  explicit Resampler(Interpolation interpolation) : interpolation_(interpolation) {}

  void to_nv12(const Picture& picture, const Rectangle& source, int32_t width, int32_t height, const Nv12View& out);
  void to_bgra(const Picture& picture, const Rectangle& source, int32_t width, int32_t height, const BgraView& out);

 private:
  BgraView scaled_bgra(const Picture& picture, const Rectangle& source, int32_t width, int32_t height);

  Interpolation interpolation_;
  Scratch fewer_rows_;
  Scratch converted_;
  Scratch scaled_;
};

}  // namespace hbm::vision

#endif  // HBM_VISION_RESAMPLER_HPP_
