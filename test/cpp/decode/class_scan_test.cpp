// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/class_scan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "decode/activation.hpp"

using hbm::decode::ClassScan;
using hbm::decode::Hit;
using hbm::decode::least_input;
using hbm::decode::OutputInfo;
using hbm::decode::OutputView;
using hbm::decode::sigmoid;
using hbm::tensor::TypeCode;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

OutputInfo int8_output(std::vector<float> scales, std::vector<std::int32_t> zero_points) {
  return {"y", {TypeCode::kInt, 8}, {1, 5, 7, 3}, 3, std::move(scales), std::move(zero_points)};
}

std::vector<Hit> best_of(const OutputInfo& info, const void* data, const std::vector<float>& thresholds) {
  const std::int64_t item = info.element.code == TypeCode::kInt ? 1 : 4;
  const std::int64_t strides[] = {105 * item, 21 * item, 3 * item, item};
  ClassScan scan;
  scan.prepare(info, 0, thresholds);
  std::vector<Hit> hits;
  scan.find_best(OutputView(info, data, info.shape.data(), strides), hits);
  return hits;
}

}  // namespace

TEST(ClassScan, finds_what_comparing_real_values_finds) {
  const OutputInfo info = int8_output({0.1F, 0.25F, 0.05F}, {3, -4, 0});
  std::mt19937 random(1);
  std::vector<std::int8_t> raw(105);
  for (std::int8_t& value : raw) {
    value = static_cast<std::int8_t>(random());
  }
  for (const float threshold : {-20.0F, 0.0F, 5.0F, 12.7F, 31.0F, 100.0F}) {
    std::vector<Hit> expected;
    for (std::int32_t cell = 0; cell < 35; ++cell) {
      Hit best{cell, -1, -kInfinity};
      for (std::int32_t c = 0; c < 3; ++c) {
        const auto i = static_cast<std::size_t>(c);
        const float real =
            static_cast<float>(raw[static_cast<std::size_t>(cell * 3 + c)] - info.zero_points[i]) * info.scales[i];
        if (real > best.value) {
          best = {cell, c, real};
        }
      }
      if (best.value >= threshold) {
        expected.push_back(best);
      }
    }
    const std::vector<Hit> found = best_of(info, raw.data(), {threshold, threshold, threshold});
    ASSERT_EQ(found.size(), expected.size()) << threshold;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].cell, expected[i].cell);
      EXPECT_EQ(found[i].class_index, expected[i].class_index);
      EXPECT_EQ(found[i].value, expected[i].value);
    }
  }
}

TEST(ClassScan, the_first_of_equal_classes_is_the_best) {
  const std::vector<std::int8_t> raw(105, 40);
  for (const Hit& hit : best_of(int8_output({0.5F}, {0}), raw.data(), {1, 1, 1})) {
    EXPECT_EQ(hit.class_index, 0);
  }
}

TEST(ClassScan, nan_is_no_score_and_infinity_is_one) {
  const OutputInfo info{"y", {TypeCode::kFloat, 32}, {1, 5, 7, 3}, 3, {}, {}};
  std::vector<float> values(105, std::nanf(""));
  values[30] = kInfinity;
  values[60] = -kInfinity;
  const std::vector<Hit> hits = best_of(info, values.data(), {0, 0, 0});
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].cell, 10);
}

TEST(ClassScan, a_class_whose_threshold_is_never_reached_is_not_found) {
  std::vector<std::int8_t> raw(105, 100);
  const float never = least_input(kInfinity, sigmoid);
  EXPECT_TRUE(best_of(int8_output({1}, {0}), raw.data(), {never, never, never}).empty());
}

TEST(LeastInput, is_the_border_of_the_threshold) {
  for (const float threshold : {0.001F, 0.25F, 0.5F, 0.9999F}) {
    const float least = least_input(threshold, sigmoid);
    EXPECT_GE(sigmoid(least), threshold);
    EXPECT_LT(sigmoid(std::nextafter(least, -kInfinity)), threshold);
  }
  EXPECT_EQ(least_input(0, sigmoid), -kInfinity);
}
