// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// After its first frame a preparation takes nothing from the heap, whatever libyuv does inside.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <vector>

#include "vision/preparation.hpp"

extern "C" void* __libc_malloc(std::size_t size_bytes);

namespace {
std::atomic<std::int64_t> allocations{0};
}

extern "C" void* malloc(std::size_t size_bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size_bytes);
}

namespace hbm::vision {
namespace {

constexpr std::int32_t kWidth = 640, kHeight = 360, kSide = 320;

template <typename Prepare>
std::int64_t allocations_of_second_frame(const char* encoding, std::int32_t row_bytes, std::int32_t rows,
                                         Prepare prepare) {
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(row_bytes) * static_cast<std::size_t>(rows), 99);
  const auto frame = [&] {
    prepare(make_picture(data.data(), data.size(), kWidth, kHeight, row_bytes, encoding, ColorRange::kLimited));
  };
  frame();
  const std::int64_t before = allocations.load();
  frame();
  return allocations.load() - before;
}

class Heap : public testing::TestWithParam<Interpolation> {};

TEST_P(Heap, NothingIsAllocatedForEachFrame) {
  const struct {
    const char* encoding;
    std::int32_t row_bytes, rows;
  } pictures[] = {{"nv12", kWidth, kHeight * 3 / 2}, {"nv21", kWidth, kHeight * 3 / 2}, {"uyvy", kWidth * 2, kHeight},
                  {"bgr8", kWidth * 3, kHeight},     {"rgba8", kWidth * 4, kHeight},    {"mono8", kWidth, kHeight}};
  std::vector<std::uint8_t> y(kSide * kSide), uv(kSide * kSide / 2), tensor(kSide * kSide * 3 * 4);
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_F32;
  const ValueTable values(format);
  Geometry geometry;
  geometry.interpolation = GetParam();
  for (const auto& [encoding, row_bytes, rows] : pictures) {
    Preparation to_nv12(geometry), to_tensor(geometry);
    EXPECT_EQ(allocations_of_second_frame(encoding, row_bytes, rows,
                                          [&](const Picture& picture) {
                                            to_nv12.prepare(picture, {y.data(), kSide, uv.data(), kSide, kSide, kSide},
                                                            ColorRange::kLimited);
                                          }),
              0)
        << encoding;
    EXPECT_EQ(allocations_of_second_frame(
                  encoding, row_bytes, rows,
                  [&](const Picture& picture) {
                    to_tensor.prepare(picture, {tensor.data(), kSide, kSide, kSide * 4, 4, kSide * kSide * 4}, values);
                  }),
              0)
        << encoding;
  }
}

INSTANTIATE_TEST_SUITE_P(Interpolations, Heap,
                         testing::Values(Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBox));

}  // namespace
}  // namespace hbm::vision
