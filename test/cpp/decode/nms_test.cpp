// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/nms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using hbm::decode::Candidates;
using hbm::decode::Options;
using hbm::decode::Selection;

namespace {

Options with(float iou, bool class_agnostic = false, std::int64_t max_detections = 300) {
  Options options;
  options.iou = iou;
  options.class_agnostic = class_agnostic;
  options.max_detections = max_detections;
  return options;
}

// Two that overlap by 2/3, the better one second, and one far away.
Candidates three(std::int32_t second_class) {
  Candidates boxes;
  boxes.add(0, 0, 10, 10, 0.5F, 0, 0);
  boxes.add(2, 0, 12, 10, 0.9F, second_class, 1);
  boxes.add(50, 50, 60, 60, 0.7F, 0, 2);
  return boxes;
}

}  // namespace

TEST(Selection, a_box_goes_where_a_better_one_of_its_class_covers_it) {
  EXPECT_EQ(Selection().choose(three(0), with(0.6F)), (std::vector<std::int32_t>{1, 2}));
}

TEST(Selection, a_box_stays_where_the_overlap_equals_the_limit) {
  Candidates boxes;
  boxes.add(0, 0, 10, 10, 0.9F, 0, 0);
  boxes.add(0, 0, 10, 5, 0.5F, 0, 1);
  EXPECT_EQ(Selection().choose(boxes, with(0.5F)).size(), 2U);
}

TEST(Selection, boxes_of_other_classes_stay_unless_classes_do_not_count) {
  EXPECT_EQ(Selection().choose(three(4), with(0.6F)), (std::vector<std::int32_t>{1, 2, 0}));
  EXPECT_EQ(Selection().choose(three(4), with(0.6F, true)), (std::vector<std::int32_t>{1, 2}));
}

TEST(Selection, without_a_limit_all_stay_in_the_order_of_their_scores) {
  EXPECT_EQ(Selection().choose(three(0), with(1)), (std::vector<std::int32_t>{1, 2, 0}));
}

TEST(Selection, the_best_of_too_many_stay) {
  EXPECT_EQ(Selection().choose(three(0), with(1, false, 1)), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(Selection().choose(three(0), with(0.6F, false, 1)), (std::vector<std::int32_t>{1}));
}

TEST(Selection, boxes_of_the_lowest_scores_are_left_out_beyond_30000) {
  Candidates boxes;
  boxes.add(0, 0, 1, 1, 0.1F, 0, 0);
  for (std::int32_t i = 1; i < 30000; ++i) {
    boxes.add(0, 0, 1, 1, 0.5F, i, i);
  }
  EXPECT_EQ(Selection().choose(boxes, with(0.5F, false, 40000)).size(), 30000U);
  boxes.add(0, 0, 1, 1, 0.5F, 30000, 30000);
  const std::vector<std::int32_t> chosen = Selection().choose(boxes, with(0.5F, false, 40000));
  EXPECT_EQ(chosen.size(), 30000U);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 0), 0);
}

TEST(Selection, the_first_of_equal_scores_comes_first) {
  Candidates boxes;
  for (int i = 0; i < 100; ++i) {
    boxes.add(static_cast<float>(20 * i), 0, static_cast<float>(20 * i + 10), 10, 0.5F, i % 7, i);
  }
  const std::vector<std::int32_t> chosen = Selection().choose(boxes, with(0.5F));
  ASSERT_EQ(chosen.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(chosen[static_cast<std::size_t>(i)], i);
  }
}

TEST(Selection, no_boxes_give_no_boxes) { EXPECT_TRUE(Selection().choose(Candidates(), with(0.5F)).empty()); }

TEST(Candidates, a_box_that_is_not_finite_is_dropped) {
  Candidates boxes;
  boxes.add(std::nanf(""), 0, 1, 1, 0.5F, 0, 0);
  boxes.add(0, 0, INFINITY, 1, 0.5F, 0, 0);
  boxes.add(-INFINITY, 0, INFINITY, 1, 0.5F, 0, 0);
  EXPECT_EQ(boxes.size(), 0);
}
