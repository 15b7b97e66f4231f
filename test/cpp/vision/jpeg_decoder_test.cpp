// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/jpeg_decoder.hpp"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

/// A picture of one color.
std::vector<std::uint8_t> jpeg_of(int width, int height, TJSAMP sampling, int pixel_format = TJPF_RGB) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) {
    for (int byte = 0; byte < tjPixelSize[pixel_format]; ++byte) {
      pixels.push_back(byte == 0 ? 200 : 60);
    }
  }
  tjhandle handle = tjInitCompress();
  unsigned char* data = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, pixels.data(), width, 0, height, pixel_format, &data, &size, sampling, 95, 0), 0)
      << tjGetErrorStr2(handle);
  std::vector<std::uint8_t> file(data, data + size);
  tjFree(data);
  tjDestroy(handle);
  return file;
}

std::string refusal_of(const std::vector<std::uint8_t>& file) {
  JpegDecoder decoder;
  try {
    decoder.decode(file.data(), file.size());
  } catch (const ValueError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(JpegDecoder, EverySamplingOfChromaKeepsItsGrid) {
  JpegDecoder decoder;
  for (const auto& [sampling, step_x, step_y] :
       {std::tuple(TJSAMP_444, 1, 1), std::tuple(TJSAMP_422, 2, 1), std::tuple(TJSAMP_420, 2, 2),
        std::tuple(TJSAMP_440, 1, 2), std::tuple(TJSAMP_411, 4, 1)}) {
    const auto file = jpeg_of(51, 35, sampling);
    const Picture picture = decoder.decode(file.data(), file.size());
    EXPECT_EQ(picture.kind, PixelKind::kYuv);
    EXPECT_EQ(picture.range, ColorRange::kFull);
    EXPECT_EQ(picture.width, 51);
    EXPECT_EQ(picture.height, 35);
    EXPECT_EQ(picture.chroma_step_x, step_x);
    EXPECT_EQ(picture.chroma_step_y, step_y);
    EXPECT_GE(picture.chroma_width * step_x, 51);
    EXPECT_GE(picture.chroma_height * step_y, 35);
    const Yuv wanted = yuv_of({200, 60, 60}, ColorRange::kFull);
    EXPECT_NEAR(picture.plane.data[0], wanted.y, 2);
    EXPECT_NEAR(picture.u.data[0], wanted.u, 2);
    EXPECT_NEAR(picture.v.data[0], wanted.v, 2);
    EXPECT_NEAR(picture.v.data[picture.v.row_bytes * (picture.chroma_height - 1)], wanted.v, 2);
  }
}

TEST(JpegDecoder, GreyStaysGrey) {
  JpegDecoder decoder;
  const auto file = jpeg_of(20, 10, TJSAMP_GRAY, TJPF_GRAY);
  const Picture picture = decoder.decode(file.data(), file.size());
  EXPECT_EQ(picture.kind, PixelKind::kGray);
  EXPECT_NEAR(picture.plane.data[0], 200, 1);
}

TEST(JpegDecoder, WhatIsNoWholeJpegIsRefusedWithTheReason) {
  const auto file = jpeg_of(64, 64, TJSAMP_420);
  EXPECT_NE(refusal_of({}).find("it does not begin as a JPEG"), std::string::npos);
  EXPECT_NE(refusal_of({0x89, 'P', 'N', 'G', 13, 10, 26, 10}).find("it does not begin as a JPEG"), std::string::npos);
  for (std::size_t size = 2; size < file.size(); size += 7) {
    EXPECT_NE(refusal_of({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)}), "accepted") << size;
  }
  EXPECT_NE(refusal_of({file.begin(), file.begin() + 20}).find("cut off before its size"), std::string::npos);
  EXPECT_NE(refusal_of({file.begin(), file.end() - 2}).find("cut off"), std::string::npos);
}

TEST(JpegDecoder, InksBecomeBlueGreenAndRed) {
  JpegDecoder decoder;
  const auto file = jpeg_of(16, 16, TJSAMP_444, TJPF_CMYK);  // 200, 60, 60, 60
  const Picture picture = decoder.decode(file.data(), file.size());
  EXPECT_EQ(picture.kind, PixelKind::kBgr);
  EXPECT_EQ(picture.plane.sample_bytes, 4);
  EXPECT_NEAR(picture.plane.data[0], 60 * 60 / 255, 2);
  EXPECT_NEAR(picture.plane.data[1], 60 * 60 / 255, 2);
  EXPECT_NEAR(picture.plane.data[2], 200 * 60 / 255, 2);
}

TEST(JpegDecoder, ARefusalDoesNotSpoilTheNextPicture) {
  JpegDecoder decoder;
  const auto good = jpeg_of(64, 64, TJSAMP_420);
  auto two_starts = good;
  two_starts.insert(two_starts.begin(), {0xff, 0xd8});
  for (std::int32_t i = 0; i < 3; ++i) {
    EXPECT_THROW(decoder.decode(two_starts.data(), two_starts.size()), ValueError);
    EXPECT_EQ(decoder.decode(good.data(), good.size()).width, 64);
  }
}

TEST(JpegDecoder, WhatFollowsTheEndIsNotRead) {
  auto file = jpeg_of(64, 64, TJSAMP_420);
  const auto other = jpeg_of(32, 32, TJSAMP_444);
  file.insert(file.end(), other.begin() + 100, other.end());
  JpegDecoder decoder;
  EXPECT_EQ(decoder.decode(file.data(), file.size()).width, 64);
  file.push_back('\n');
  EXPECT_EQ(decoder.decode(file.data(), file.size()).width, 64);
}

TEST(JpegDecoder, MemoryOfAnExceptionalPictureIsReturned) {
  JpegDecoder decoder;
  // Two rows more than what is kept.
  const auto large = jpeg_of(4096, 5462, TJSAMP_420);
  const auto small = jpeg_of(64, 64, TJSAMP_420);
  decoder.decode(large.data(), large.size());
  EXPECT_EQ(decoder.kept_bytes(), std::size_t{4096} * 5462 * 3 / 2);
  decoder.decode(small.data(), small.size());
  EXPECT_LE(decoder.kept_bytes(), kKeptBytes);
  decoder.decode(large.data(), large.size());
  const std::vector<std::uint8_t> cut(large.begin(), large.end() - 200);
  EXPECT_THROW(decoder.decode(cut.data(), cut.size()), ValueError);  // before memory is looked at
  EXPECT_EQ(decoder.kept_bytes(), std::size_t{4096} * 5462 * 3 / 2);
}

TEST(JpegDecoder, MemoryOfALargePictureIsKept) {
  JpegDecoder decoder;
  const auto large = jpeg_of(4096, 5460, TJSAMP_420);
  const auto small = jpeg_of(64, 64, TJSAMP_420);
  decoder.decode(large.data(), large.size());
  decoder.decode(small.data(), small.size());
  EXPECT_EQ(decoder.kept_bytes(), std::size_t{4096} * 5460 * 3 / 2);
}

TEST(JpegDecoder, CamerasMayPadAndScatterStrayBytes) {
  auto file = jpeg_of(64, 64, TJSAMP_420);
  file.insert(file.end(), 100, 0);
  EXPECT_EQ(refusal_of(file), "accepted");
  file.insert(file.end() - 102, {0x12, 0x34});  // in front of the end's mark
  EXPECT_EQ(refusal_of(file), "accepted");
}

}  // namespace
}  // namespace hbm::vision
