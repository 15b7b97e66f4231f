// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// After its first frame a preparation takes nothing from the heap, whatever libyuv does inside. Where there is no
// memory, whichever allocation fails, it reports that and works on.
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <iostream>
#include <memory>
#include <new>
#include <vector>

#include "driver/error.hpp"
#include "heap/failing_heap.hpp"
#include "vision/jpeg_decoder.hpp"
#include "vision/preparation.hpp"

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
  const std::int64_t before = hbm_allocation_count();
  frame();
  return hbm_allocation_count() - before;
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

TEST(NoMemory, ForAPreparationIsReportedAndTheNextFrameIsRight) {
  const std::vector<std::uint8_t> data(kWidth * kHeight * 3, 99);
  std::vector<std::uint8_t> y(kSide * kSide), uv(kSide * kSide / 2), tensor(kSide * kSide * 3 * 4), expected;
  PixelFormat format;
  format.dtype = HB_DNN_TENSOR_TYPE_F32;
  const ValueTable values(format);
  int positions = 0;
  for (const Interpolation interpolation : {Interpolation::kNearest, Interpolation::kBilinear, Interpolation::kBox}) {
    Geometry geometry;
    geometry.interpolation = interpolation;
    const auto make = [&] { return std::make_unique<Preparation>(geometry); };
    for (const auto& [encoding, row_bytes] : {std::pair("mono8", kWidth), std::pair("bgr8", kWidth * 3)}) {
      const Picture picture = make_picture(data.data(), static_cast<std::size_t>(row_bytes) * kHeight, kWidth, kHeight,
                                           row_bytes, encoding, ColorRange::kLimited);
      const auto to_nv12 = [&](Preparation& preparation) {
        preparation.prepare(picture, {y.data(), kSide, uv.data(), kSide, kSide, kSide}, ColorRange::kLimited);
      };
      const auto to_tensor = [&](Preparation& preparation) {
        preparation.prepare(picture, {tensor.data(), kSide, kSide, kSide * 4, 4, kSide * kSide * 4}, values);
      };
      to_nv12(*make());
      expected = y;
      positions += hbm_test::fail_each_allocation(make, to_nv12);
      EXPECT_EQ(y, expected);
      to_tensor(*make());
      expected = tensor;
      positions += hbm_test::fail_each_allocation(make, to_tensor);
      EXPECT_EQ(tensor, expected);
    }
  }
  std::cout << positions << " failures injected" << std::endl;
  EXPECT_GT(positions, 0);
}

std::vector<std::uint8_t> jpeg_of(TJSAMP sampling) {
  const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kSide) * kSide * 3, 120);
  tjhandle handle = tjInitCompress();
  unsigned char* data = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(
      tjCompress2(handle, pixels.data(), kSide, 0, kSide, TJPF_RGB, &data, &size, sampling, 90, TJFLAG_PROGRESSIVE), 0);
  const std::vector<std::uint8_t> file(data, data + size);
  tjFree(data);
  tjDestroy(handle);
  return file;
}

TEST(NoMemory, ForAJpegPictureIsReportedAndTheNextPictureIsDecoded) {
  int positions = 0;
  for (const TJSAMP sampling : {TJSAMP_444, TJSAMP_420, TJSAMP_GRAY}) {
    const std::vector<std::uint8_t> file = jpeg_of(sampling);
    positions += hbm_test::fail_each_allocation([] { return std::make_unique<JpegDecoder>(); },
                                                [&](JpegDecoder& decoder) {
                                                  const Picture picture = decoder.decode(file.data(), file.size());
                                                  EXPECT_NEAR(picture.plane.data[0], 120, 2);
                                                });
  }
  std::cout << positions << " failures injected" << std::endl;
  EXPECT_TRUE(positions > 0 || !hbm_test::kMallocFails);
}

}  // namespace
}  // namespace hbm::vision
