// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/overlay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "overlay/class_color.hpp"

namespace hbm::overlay {
namespace {

constexpr int kWidth = 320, kHeight = 240;

class Drawing : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::vector<std::uint8_t> grey(std::size_t{kWidth} * kHeight, 90);
    canvas_.load(
        vision::make_picture(grey.data(), grey.size(), kWidth, kHeight, 0, "mono8", vision::ColorRange::kFull));
  }

  void draw(const std::vector<float>& boxes, const std::vector<std::int32_t>& classes, const float* corners = nullptr,
            const std::vector<float>& keypoints = {}) {
    const std::vector<float> scores(classes.size(), 0.5F);
    Detections detections;
    detections.count = classes.size();
    detections.boxes = boxes.data();
    detections.scores = scores.data();
    detections.classes = classes.data();
    detections.corners = corners;
    detections.keypoints = keypoints.empty() ? nullptr : keypoints.data();
    detections.keypoint_count = keypoints.size() / 3;
    detections.labels = {"person", "dog"};
    Overlay().draw(canvas_, detections);
  }

  std::uint8_t luma(int x, int y) const { return canvas_.plane(0)[y * canvas_.row_bytes(0) + x]; }
  static std::uint8_t luma_of_class(int index) {
    return vision::yuv_of(color_of_class(index), vision::ColorRange::kFull).y;
  }

  Canvas canvas_;
};

TEST_F(Drawing, ABoxIsDrawnInsideItsEdges) {
  draw({100, 80, 200, 160}, {0});
  for (const auto& [x, y] : {std::pair(100, 120), std::pair(199, 120), std::pair(150, 80), std::pair(150, 159)}) {
    EXPECT_EQ(luma(x, y), luma_of_class(0)) << x << ", " << y;
  }
  for (const auto& [x, y] : {std::pair(99, 120), std::pair(200, 120), std::pair(150, 160), std::pair(150, 120)}) {
    EXPECT_EQ(luma(x, y), 90) << x << ", " << y;
  }
}

TEST_F(Drawing, TheLabelStandsAboveTheBoxOrInsideWhereThereIsNoRoom) {
  draw({100, 80, 200, 160}, {1});
  EXPECT_EQ(luma(101, 75), luma_of_class(1));
  draw({20, 0, 90, 60}, {1});
  EXPECT_EQ(luma(21, 8), luma_of_class(1));
}

TEST_F(Drawing, TheMostCertainOneIsOnTop) {
  draw({50, 50, 150, 150, 50, 50, 150, 150}, {0, 1});
  EXPECT_EQ(luma(50, 100), luma_of_class(0));
}

TEST_F(Drawing, CornersReplaceTheBox) {
  const float corners[] = {150, 50, 200, 100, 150, 150, 100, 100};
  draw({100, 50, 200, 150}, {0}, corners);
  EXPECT_EQ(luma(125, 125), luma_of_class(0));
  EXPECT_EQ(luma(100, 60), 90);
}

TEST_F(Drawing, OnlyVisibleKeypointsAreDrawn) {
  draw({0, 0, 320, 240}, {0}, nullptr, {120, 120, 0.9F, 200, 120, 0.1F});
  EXPECT_NE(luma(120, 120), 90);
  EXPECT_EQ(luma(200, 120), 90);
}

TEST_F(Drawing, NumbersThatAreNoneAndBoxesOutsideDoNoHarm) {
  const float nan = std::nanf(""), infinite = INFINITY;
  draw({nan, nan, nan, nan, -infinite, -1e20F, infinite, 1e20F, 400, 300, 380, 290, -90, -90, -50, -50}, {-1, 7, 1, 0});
  draw({10, 10, 20, 20}, {2147483647});
  draw({}, {});
}

TEST_F(Drawing, LinesOfTextStandInTheTopLeftCorner) {
  Overlay().draw_lines(canvas_,
                       {"cat 0.91", "a line that is far too long for this picture, and so it is cut at its right side"},
                       {3, 4});
  EXPECT_EQ(luma(5, 5), luma_of_class(3));
  EXPECT_EQ(luma(kWidth - 1, 24), luma_of_class(4));
}

TEST(ClassColor, TheFirstTwentyClassesHaveDifferentColors) {
  std::set<std::tuple<int, int, int>> colors;
  for (std::int32_t index = 0; index < 20; ++index) {
    const vision::Rgb color = color_of_class(index);
    colors.insert({color.red / 16, color.green / 16, color.blue / 16});
  }
  EXPECT_EQ(colors.size(), 20U);
}

}  // namespace
}  // namespace hbm::overlay
