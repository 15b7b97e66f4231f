// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/layout.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace hbm::tensor {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(Layout, AProductIsExactOrNothing) {
  const std::int64_t lengths[] = {2, 3, kMost};
  EXPECT_EQ(product(lengths, 0), 1);
  EXPECT_EQ(product(lengths, 2), 6);
  EXPECT_FALSE(product(lengths, 3));
  const std::int64_t none[] = {kMost, kMost, 0};
  EXPECT_EQ(product(none, 3), 0);
}

TEST(Layout, DenseStridesLeaveNoGaps) {
  const std::int64_t shape[] = {2, 3, 4};
  std::int64_t stride_bytes[3];
  EXPECT_TRUE(fill_dense_strides(shape, 3, 2, stride_bytes));
  EXPECT_EQ(std::vector<std::int64_t>(stride_bytes, stride_bytes + 3), (std::vector<std::int64_t>{24, 8, 2}));
  EXPECT_TRUE(is_dense(shape, stride_bytes, 3, 2));
  const std::int64_t large[] = {2, kMost, 4};
  EXPECT_FALSE(fill_dense_strides(large, 3, 2, stride_bytes));
}

TEST(Layout, LengthsBeyondAllMemoryAreDenseOrNotWithoutOverflow) {
  const std::int64_t shape[] = {kMost, kMost};
  const std::int64_t dense[] = {kMost, 1};
  EXPECT_TRUE(is_dense(shape, dense, 2, 1));
  const std::int64_t wide[] = {kMost, 4};
  EXPECT_FALSE(is_dense(shape, wide, 2, 4));
}

TEST(Layout, TheStrideOfAnAxisOfOneItemIsIgnored) {
  const std::int64_t shape[] = {1, 4};
  const std::int64_t stride_bytes[] = {77, 1};
  EXPECT_TRUE(is_dense(shape, stride_bytes, 2, 1));
  const std::int64_t two[] = {2, 4};
  EXPECT_FALSE(is_dense(two, stride_bytes, 2, 1));
  const std::int64_t none[] = {0, 4};
  EXPECT_TRUE(is_dense(none, stride_bytes, 2, 1));
}

TEST(Layout, NegativeStridesReachBelowTheFirstItem) {
  const std::int64_t shape[] = {3, 4};
  const std::int64_t stride_bytes[] = {-8, 2};
  const auto ends = reach(shape, stride_bytes, 2);
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->lowest, -16);
  EXPECT_EQ(ends->highest, 6);
  const std::int64_t far[] = {kMost, 2};
  EXPECT_FALSE(reach(shape, far, 2));
  const std::int64_t none[] = {3, 0};
  EXPECT_EQ(reach(none, far, 2)->highest, 0);
}

}  // namespace
}  // namespace hbm::tensor
