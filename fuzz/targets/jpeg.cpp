// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// A JPEG, decoded and prepared for a model as a frame of a compressed topic is; then a good one, which must not suffer.
#include "driver/error.hpp"
#include "target.hpp"
#include "vision/jpeg_decoder.hpp"
#include "vision/limits.hpp"
#include "vision/preparation.hpp"

namespace {

using namespace hbm::vision;

constexpr std::int32_t kSide = 32;

/// What every sample of the picture must allow: to be read.
void prepare(const Picture& picture) {
  static std::uint8_t y[kSide * kSide], uv[kSide * kSide / 2];
  static Preparation preparation{Geometry{}};
  preparation.prepare(picture, Nv12Destination{y, kSide, uv, kSide, kSide, kSide}, ColorRange::kLimited);
}

}  // namespace

HBM_FUZZ_TARGET(jpeg, input) {
  // One decoder for all, as a node has it: what one picture leaves behind meets the next one.
  static JpegDecoder decoder;
  const std::vector<std::uint8_t> data = input.rest();
  try {
    const Picture picture = decoder.decode(data.data(), data.size());
    hbm_fuzz::require(picture.width <= kMaxSide && picture.height <= kMaxSide);
    prepare(picture);
  } catch (const hbm::ValueError&) {
    hbm_fuzz::require(decoder.kept_bytes() <= kKeptBytes);
  }
}
