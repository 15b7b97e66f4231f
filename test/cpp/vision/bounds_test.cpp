// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// No byte beside the picture is read and none beside the tensor written. Reading shows under the address sanitizer:
// every picture is a block of its own, exactly as large as it must be.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "vision/preparation.hpp"

namespace hbm::vision {
namespace {

constexpr std::uint8_t kGuard = 0xa5;
constexpr std::int32_t kMargin = 32;
constexpr ResizeMode kModes[] = {ResizeMode::kStretch, ResizeMode::kLetterbox, ResizeMode::kLetterboxTopLeft,
                                 ResizeMode::kCenterCrop};
constexpr Interpolation kInterpolations[] = {Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBox};

/// Rows of `row_bytes` in a block with a margin all around.
class GuardedRows {
 public:
  GuardedRows(std::int32_t row_bytes, std::int32_t rows, std::int32_t padding)
      : row_bytes_(row_bytes),
        stride_(row_bytes + padding),
        rows_(rows),
        block_(kMargin * 2 + std::size_t(stride_) * rows, kGuard) {}

  std::uint8_t* data() { return block_.data() + kMargin; }
  std::int32_t stride() const { return stride_; }

  void expect_margins_untouched(const std::string& what) const {
    for (std::size_t i = 0; i < block_.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i) - kMargin;
      const bool inside = at >= 0 && at < std::int64_t{stride_} * rows_ && at % stride_ < row_bytes_;
      ASSERT_TRUE(inside || block_[i] == kGuard) << what << ", byte " << at;
    }
  }

 private:
  std::int32_t row_bytes_, stride_, rows_;
  std::vector<std::uint8_t> block_;
};

struct Source {
  std::vector<std::uint8_t> data;
  Picture picture;
};

/// The smallest block that holds the picture: the last row ends with its last pixel.
Source source_of(const std::string& encoding, std::int32_t width, std::int32_t height, std::int32_t padding,
                 std::mt19937& random) {
  std::int32_t row_bytes = width;
  std::int32_t rows = height;
  if (encoding == "nv12" || encoding == "nv21") {
    rows = height * 3 / 2;
  }
  if (encoding == "nv24") {
    rows = height * 3;
  }
  if (encoding == "uyvy" || encoding == "yuyv") {
    row_bytes = width * 2;
  }
  if (encoding == "bgr8" || encoding == "rgb8") {
    row_bytes = width * 3;
  }
  if (encoding == "bgra8" || encoding == "rgba8") {
    row_bytes = width * 4;
  }
  const std::int32_t step = row_bytes + padding;
  Source source;
  source.data.resize(std::size_t(step) * (rows - 1) + row_bytes);
  for (std::uint8_t& byte : source.data) {
    byte = static_cast<std::uint8_t>(random());
  }
  source.data.shrink_to_fit();
  source.picture =
      make_picture(source.data.data(), source.data.size(), width, height, step, encoding, ColorRange::kLimited);
  return source;
}

class Bounds : public testing::TestWithParam<const char*> {
 protected:
  /// Calls `check` with pictures and geometries of all kinds.
  template <typename Check>
  void for_many(Check check) {
    std::mt19937 random(7);
    const auto between = [&](std::int32_t low, std::int32_t high) {
      return std::uniform_int_distribution(low, high)(random);
    };
    for (std::int32_t round = 0; round < 400; ++round) {
      // Small and odd where it may be: ends of rows are where mistakes are.
      std::int32_t width = between(1, round % 4 == 0 ? 300 : 24);
      std::int32_t height = between(1, 40);
      const std::string encoding = GetParam();
      if (encoding == "nv12" || encoding == "nv21") {
        height = (height + 1) / 2 * 2;
      }
      if (encoding[0] == 'n' || encoding == "uyvy" || encoding == "yuyv") {
        width = (width + 1) / 2 * 2;
      }
      const Source source = source_of(encoding, width, height, between(0, 1) * between(1, 9), random);
      Geometry geometry;
      geometry.mode = kModes[between(0, 3)];
      geometry.interpolation = kInterpolations[between(0, 2)];
      if (between(0, 1) == 1) {
        const std::int32_t x = between(0, width - 1);
        const std::int32_t y = between(0, height - 1);
        geometry.region = Rectangle{x, y, between(1, width - x), between(1, height - y)};
      }
      check(source.picture, geometry, between(1, 40), between(1, 40), between(0, 1) * between(1, 7),
            GetParam() + std::string(", round ") + std::to_string(round));
      if (HasFatalFailure()) {
        return;
      }
    }
  }
};

TEST_P(Bounds, Nv12PlanesAreWrittenInsideOnly) {
  for_many([](const Picture& picture, const Geometry& geometry, std::int32_t half_width, std::int32_t half_height,
              std::int32_t padding, const std::string& what) {
    GuardedRows y(half_width * 2, half_height * 2, padding);
    GuardedRows uv(half_width * 2, half_height, padding);
    const Nv12Destination out{y.data(), y.stride(), uv.data(), uv.stride(), half_width * 2, half_height * 2};
    Preparation(geometry).prepare(picture, out, ColorRange::kFull);
    y.expect_margins_untouched(what + ", luma");
    uv.expect_margins_untouched(what + ", chroma");
  });
}

TEST_P(Bounds, TensorsAreWrittenInsideOnly) {
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_F32;
  const ValueTable colors(format);
  format.channels = Channels::kGray;
  const ValueTable grey(format);
  std::int32_t round = 0;
  for_many([&](const Picture& picture, const Geometry& geometry, std::int32_t width, std::int32_t height,
               std::int32_t padding, const std::string& what) {
    const ValueTable& values = ++round % 3 == 0 ? grey : colors;
    const std::int32_t channels = values.channel_count();
    const bool planar = round % 2 == 0;
    GuardedRows rows(width * 4 * (planar ? 1 : channels), height * (planar ? channels : 1), padding);
    const std::int64_t stride = rows.stride();
    const TensorDestination out =
        planar ? TensorDestination{rows.data(), width, height, stride, 4, stride * height}
               : TensorDestination{rows.data(), width, height, stride, std::int64_t{4} * channels, 4};
    Preparation(geometry).prepare(picture, out, values);
    rows.expect_margins_untouched(what);
  });
}

INSTANTIATE_TEST_SUITE_P(Encodings, Bounds,
                         testing::Values("nv12", "nv21", "nv24", "uyvy", "yuyv", "bgr8", "rgb8", "bgra8", "rgba8",
                                         "mono8"));

}  // namespace
}  // namespace hbm::vision
