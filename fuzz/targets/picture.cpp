// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The numbers of a raw picture (sides, step, encoding, bytes), and its way into planes and tensors of a model.
#include "vision/picture.hpp"

#include "driver/error.hpp"
#include "target.hpp"
#include "vision/limits.hpp"
#include "vision/preparation.hpp"

namespace {

using namespace hbm::vision;

constexpr ResizeMode kModes[] = {ResizeMode::kStretch, ResizeMode::kLetterbox, ResizeMode::kLetterboxTopLeft,
                                 ResizeMode::kCenterCrop, ResizeMode::kNone};
constexpr Interpolation kInterpolations[] = {Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBox};

Geometry geometry_of(hbm_fuzz::Input& input) {
  Geometry geometry;
  geometry.mode = input.one_of(kModes);
  geometry.interpolation = input.one_of(kInterpolations);
  if (input.flip()) {
    geometry.region = input.take<Rectangle>();
  }
  return geometry;
}

void to_planes(hbm_fuzz::Input& input, Preparation& preparation, const Picture& picture, ColorRange range) {
  const auto width = static_cast<std::int32_t>(2 * input.between(1, 40));
  const auto height = static_cast<std::int32_t>(2 * input.between(1, 40));
  const std::int64_t row = width + input.between(0, 3);
  std::vector<std::uint8_t> y(static_cast<std::size_t>(row * height)), uv(static_cast<std::size_t>(row * height / 2));
  preparation.prepare(picture, Nv12Destination{y.data(), row, uv.data(), row, width, height}, range);
}

}  // namespace

HBM_FUZZ_TARGET(picture, input) {
  const bool known = !input.flip();
  const std::string encoding =
      known ? encoding_names()[static_cast<std::size_t>(input.take<std::uint8_t>()) % encoding_names().size()]
            : input.text(static_cast<std::size_t>(input.between(0, 20)));
  const bool small = !input.flip();
  const std::int64_t width = small ? input.between(0, 70) : input.take<std::int64_t>();
  const std::int64_t height = small ? input.between(0, 70) : input.take<std::int64_t>();
  const std::int64_t step = small ? input.between(0, 300) : input.take<std::int64_t>();
  const ColorRange range = input.flip() ? ColorRange::kFull : ColorRange::kLimited;
  Preparation preparation(geometry_of(input));
  hbm_fuzz::Input sides = input;
  // Bytes for what the numbers say, or almost: a size that fits is rare otherwise.
  std::vector<std::uint8_t> data;
  if (small && input.flip()) {
    data = input.repeated(
        static_cast<std::size_t>(std::max<std::int64_t>(0, step * height * 3 / 2 + input.between(-4, 4))));
  } else {
    data = input.rest();
  }
  try {
    const Picture picture = make_picture(data.data(), data.size(), width, height, step, encoding, range);
    to_planes(sides, preparation, picture, range);
    to_planes(sides, preparation, picture, range);
  } catch (const hbm::ValueError&) {
  }
}
