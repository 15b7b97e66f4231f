// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/placement.hpp"

#include <gtest/gtest.h>

#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

Placement place_all(std::int32_t width, std::int32_t height, std::int32_t target_width, std::int32_t target_height,
                    ResizeMode mode, std::int32_t step = 2) {
  return place(width, height, {0, 0, width, height}, target_width, target_height, mode, step);
}

TEST(Placement, LetterboxKeepsTheAspectRatioAndCentres) {
  const Placement placed = place_all(1920, 1080, 640, 640, ResizeMode::kLetterbox);
  EXPECT_EQ(placed.target.x, 0);
  EXPECT_EQ(placed.target.y, 140);
  EXPECT_EQ(placed.target.width, 640);
  EXPECT_EQ(placed.target.height, 360);
  EXPECT_DOUBLE_EQ(placed.transform.scale_x, 1.0 / 3);
  EXPECT_DOUBLE_EQ(placed.transform.pad_top, 140);
}

TEST(Placement, TheTransformTellsWhatEvenSidesMadeOfTheLetterbox) {
  // 640 * 427 / 640 rows would be 427: NV12 takes 428, from row 106 on.
  const Placement placed = place_all(640, 427, 640, 640, ResizeMode::kLetterbox);
  EXPECT_EQ(placed.target.height % 2, 0);
  EXPECT_EQ(placed.target.y % 2, 0);
  EXPECT_DOUBLE_EQ(placed.transform.scale_y, placed.target.height / 427.0);
  EXPECT_DOUBLE_EQ(placed.transform.pad_top, placed.target.y);
  EXPECT_EQ(place_all(640, 427, 640, 640, ResizeMode::kLetterbox, 1).target.height, 427);
}

TEST(Placement, AVeryThinPictureKeepsAPixel) {
  const Placement placed = place_all(10000, 2, 640, 640, ResizeMode::kLetterbox);
  EXPECT_EQ(placed.target.height, 2);
  EXPECT_EQ(place_all(1, 10000, 640, 640, ResizeMode::kLetterbox, 1).target.width, 1);
}

TEST(Placement, CenterCropFillsTheTargetFromTheMiddle) {
  const Placement placed = place_all(1920, 1080, 640, 640, ResizeMode::kCenterCrop);
  EXPECT_EQ(placed.source.x, 420);
  EXPECT_EQ(placed.source.width, 1080);
  EXPECT_EQ(placed.source.height, 1080);
  EXPECT_EQ(placed.target.width, 640);
  EXPECT_DOUBLE_EQ(placed.transform.crop_x, 420);
}

TEST(Placement, ARegionIsThePictureAndItsCornerTheCrop) {
  const Placement placed = place(1920, 1080, {101, 51, 200, 100}, 400, 400, ResizeMode::kLetterboxTopLeft, 2);
  EXPECT_DOUBLE_EQ(placed.transform.crop_x, 101);
  EXPECT_DOUBLE_EQ(placed.transform.crop_y, 51);
  EXPECT_DOUBLE_EQ(placed.transform.scale_x, 2);
  EXPECT_EQ(placed.target.y, 0);
  EXPECT_EQ(placed.target.height, 200);
}

TEST(Placement, ARegionOutsideThePictureIsRefusedWithBoth) {
  for (const Rectangle& region : {Rectangle{1900, 0, 100, 100}, Rectangle{-1, 0, 10, 10}, Rectangle{0, 0, 0, 5},
                                  Rectangle{0, 2147483647, 10, 2147483647}}) {
    EXPECT_THROW(place(1920, 1080, region, 64, 64, ResizeMode::kStretch, 2), ValueError);
  }
  try {
    place(1920, 1080, {1900, 0, 100, 100}, 64, 64, ResizeMode::kStretch, 2);
  } catch (const ValueError& error) {
    EXPECT_EQ(std::string(error.what()),
              "region of interest 100x100 at (1900, 0) is not inside the picture of 1920x1080");
  }
}

TEST(Placement, NoneTakesOnlyTheSizeOfTheModel) {
  EXPECT_NO_THROW(place_all(64, 32, 64, 32, ResizeMode::kNone));
  EXPECT_THROW(place_all(64, 34, 64, 32, ResizeMode::kNone), ValueError);
}

TEST(Placement, ModesAreKnownByTheNamesThatTheyTell) {
  for (const char* name : {"stretch", "letterbox", "letterbox_top_left", "center_crop", "none"}) {
    EXPECT_STREQ(resize_mode_name(resize_mode_from_name(name)), name);
  }
  EXPECT_THROW(resize_mode_from_name("fit"), ValueError);
}

}  // namespace
}  // namespace hbm::vision
