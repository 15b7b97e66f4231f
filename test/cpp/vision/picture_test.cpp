// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/picture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

struct Claim {
  std::size_t size_bytes;
  std::int64_t width, height, step;
  const char* encoding;
};

/// No byte of the data is touched, so none needs to be there.
Picture picture_of(const Claim& claim) {
  static const std::uint8_t data[1] = {};
  return make_picture(data, claim.size_bytes, claim.width, claim.height, claim.step, claim.encoding,
                      ColorRange::kLimited);
}

std::string refusal_of(const Claim& claim) {
  try {
    picture_of(claim);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Picture, ChromaLiesBelowThePaddedRowsOfLuma) {
  const Picture picture = picture_of({640 * 48, 600, 32, 640, "nv12"});
  EXPECT_EQ(picture.plane.row_bytes, 640);
  EXPECT_EQ(picture.u.data - picture.plane.data, 640 * 32);
  EXPECT_EQ(picture.v.data - picture.u.data, 1);
  EXPECT_EQ(picture.chroma_width, 300);
  EXPECT_EQ(picture.chroma_height, 16);
}

TEST(Picture, RowsOfChromaMayBeCountedInTheHeight) {
  EXPECT_EQ(picture_of({640 * 720, 640, 720, 640, "nv12"}).height, 480);
  EXPECT_EQ(picture_of({640 * 720, 640, 480, 640, "nv12"}).height, 480);
  EXPECT_EQ(picture_of({704 * 720, 640, 720, 704, "nv21"}).height, 480);
  EXPECT_EQ(picture_of({64 * 96, 64, 96, 64, "nv24"}).height, 32);
}

TEST(Picture, AStepThatDoesNotBelongToDataWithoutPaddingIsIgnored) {
  for (const std::int64_t step : {0, 7, 960, 1280}) {
    const Picture picture = picture_of({640 * 720, 640, 480, step, "nv12"});
    EXPECT_EQ(picture.plane.row_bytes, 640) << step;
    EXPECT_EQ(picture.height, 480) << step;
    EXPECT_EQ(picture.reading, Reading::kPackedRows) << step;
    const Picture packed = picture_of({640 * 480 * 3, 640, 480, step, "bgr8"});
    EXPECT_EQ(packed.plane.row_bytes, 1920) << step;
    EXPECT_EQ(packed.reading, Reading::kPackedRows) << step;
  }
  EXPECT_EQ(picture_of({640 * 720, 640, 480, 640, "nv12"}).reading, Reading::kAsStated);
  EXPECT_EQ(picture_of({640 * 3, 640, 1, 4096, "bgr8"}).reading, Reading::kAsStated);
}

TEST(Picture, TwoReadingsAreBothNamedAndNeitherIsChosen) {
  EXPECT_EQ(
      refusal_of({38400, 160, 120, 320, "nv12"}),
      "picture nv12 160x120, step 320 bytes: expected 28800 bytes of data for 160x120 without padding, got 38400, "
      "which is also 160x80 in rows of 320 bytes with its rows of chroma counted in the height; correct the height, "
      "the step or the data");
  EXPECT_EQ(
      refusal_of({57600, 160, 120, 480, "yuv422"}),
      "picture yuv422 160x120, step 480 bytes: expected 38400 bytes of data, got 57600, which is either yuv422 with "
      "160 bytes of padding behind each row or bgr8 without padding; correct the encoding or the step");
}

TEST(Picture, APictureThatAnotherLibraryConvertsHasRowsOnly) {
  EXPECT_EQ(read_layout(640 * 2 * 48, 640, 48, 0, "mono16").row_bytes, 1280);
  EXPECT_EQ(refusal_of({640 * 2 * 48, 640, 48, 1280, "mono16"}),
            "picture encoding 'mono16' must be converted first, got its raw pixels");
}

TEST(Picture, PaddingBehindTheLastRowMayBeMissing) {
  EXPECT_EQ(refusal_of({2000 * 9 + 1800, 600, 10, 2000, "bgr8"}), "accepted");
  EXPECT_NE(refusal_of({2000 * 9 + 1799, 600, 10, 2000, "bgr8"}), "accepted");
}

TEST(Picture, FourTwoTwoHasAllInOnePlane) {
  const Picture uyvy = picture_of({1280 * 10, 640, 10, 1280, "uyvy"});
  const std::uint8_t* data = uyvy.u.data;
  EXPECT_EQ(uyvy.plane.data - data, 1);
  EXPECT_EQ(uyvy.v.data - data, 2);
  EXPECT_EQ(uyvy.chroma_height, 10);
  EXPECT_EQ(uyvy.chroma_step_y, 1);
}

TEST(Picture, EachRefusalTellsTheNumbers) {
  EXPECT_EQ(refusal_of({100, 96, 64, 288, "bgr8"}),
            "picture bgr8 96x64, step 288 bytes: expected 18432 bytes of data, got 100; is the picture cut off, or the "
            "step wrong?");
  EXPECT_EQ(refusal_of({20000, 96, 64, 288, "bgr8"}),
            "picture bgr8 96x64, step 288 bytes: expected 18432 bytes of data, got 20000; does the encoding fit, or do "
            "width and height?");
  EXPECT_EQ(refusal_of({9216, 96, 64, 200, "bgr8"}),
            "picture bgr8 96x64, step 200 bytes: expected a step of at least 288 bytes");
  EXPECT_EQ(refusal_of({9216, 97, 64, 97, "nv12"}),
            "picture nv12 97x64, step 97 bytes: both sides must be even, since two by two pixels share their chroma; "
            "crop the picture");
  EXPECT_EQ(refusal_of({0, 0, 64, 0, "mono8"}),
            "picture mono8 0x64, step 0 bytes: expected sides of 1 to 16384 pixels");
}

TEST(Picture, SidesAreReadUpToTheirLimit) {
  constexpr const char* kSides = "expected sides of 1 to 16384 pixels";
  EXPECT_EQ(refusal_of({16384, 16384, 1, 16384, "mono8"}), "accepted");
  EXPECT_EQ(refusal_of({16384, 1, 16384, 1, "mono8"}), "accepted");
  EXPECT_NE(refusal_of({16385, 16385, 1, 16385, "mono8"}).find(kSides), std::string::npos);
  EXPECT_NE(refusal_of({16385, 1, 16385, 1, "mono8"}).find(kSides), std::string::npos);
  // The stated height counts the rows of chroma.
  EXPECT_EQ(refusal_of({2 * 24576, 2, 24576, 2, "nv12"}), "accepted");
  EXPECT_NE(refusal_of({2 * 24579, 2, 24579, 2, "nv12"}).find(kSides), std::string::npos);
}

TEST(Picture, StepsAreReadUpToTheirLimit) {
  EXPECT_EQ(refusal_of({8, 8, 1, 1 << 24, "mono8"}), "accepted");
  EXPECT_EQ(refusal_of({8, 8, 1, (1 << 24) + 1, "mono8"}),
            "picture mono8 8x1, step 16777217 bytes: expected a step of 8 to 16777216 bytes");
}

TEST(Picture, NumbersThatCannotBeAreRefusedWithoutOverflow) {
  constexpr std::int64_t kHuge = INT64_MAX;
  for (const char* encoding : {"nv12", "nv24", "bgra8", "uyvy"}) {
    for (const Claim& claim :
         {Claim{100, kHuge, 64, 64, encoding}, Claim{100, 64, kHuge, 64, encoding}, Claim{100, 64, 64, kHuge, encoding},
          Claim{100, -64, 64, 64, encoding}, Claim{100, 64, 64, INT64_MIN, encoding}, Claim{0, 64, 64, 64, encoding},
          Claim{SIZE_MAX / 2, 64, 64, 256, encoding}}) {
      EXPECT_NE(refusal_of(claim), "accepted") << encoding;
    }
  }
}

}  // namespace
}  // namespace hbm::vision
