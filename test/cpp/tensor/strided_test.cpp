// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/strided.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace hbm::tensor {
namespace {

std::vector<std::uint16_t> counted(std::size_t count) {
  std::vector<std::uint16_t> values(count);
  std::iota(values.begin(), values.end(), std::uint16_t{1});
  return values;
}

TEST(StridedCopy, RowsGoIntoPaddedRowsAndTheGapsStayUntouched) {
  const std::vector<std::uint16_t> source = counted(6);
  std::vector<std::uint16_t> padded(8, 99);
  const std::int64_t shape[] = {2, 3};
  const std::int64_t to[] = {8, 2};
  const std::int64_t from[] = {6, 2};
  copy_strided(padded.data(), to, source.data(), from, shape, 2, 2, false);
  EXPECT_EQ(padded, (std::vector<std::uint16_t>{1, 2, 3, 99, 4, 5, 6, 99}));
}

TEST(StridedCopy, ATransposedSourceComesOutInItsLogicalOrder) {
  const std::vector<std::uint16_t> source = counted(6);
  std::vector<std::uint16_t> dense(6);
  const std::int64_t shape[] = {3, 2};
  const std::int64_t to[] = {4, 2};
  const std::int64_t from[] = {2, 6};
  copy_strided(dense.data(), to, source.data(), from, shape, 2, 2, false);
  EXPECT_EQ(dense, (std::vector<std::uint16_t>{1, 4, 2, 5, 3, 6}));
}

TEST(StridedCopy, NegativeAndZeroStridesOfTheSourceAreFollowed) {
  const std::vector<std::uint16_t> source = counted(3);
  std::vector<std::uint16_t> dense(6);
  const std::int64_t shape[] = {2, 3};
  const std::int64_t to[] = {6, 2};
  const std::int64_t from[] = {0, -2};
  copy_strided(dense.data(), to, source.data() + 2, from, shape, 2, 2, false);
  EXPECT_EQ(dense, (std::vector<std::uint16_t>{3, 2, 1, 3, 2, 1}));
}

TEST(StridedCopy, SwappedBytesAreTurnedRound) {
  const std::uint32_t source[] = {0x01020304U};
  std::uint32_t turned = 0;
  const std::int64_t shape[] = {1};
  const std::int64_t stride[] = {4};
  copy_strided(&turned, stride, source, stride, shape, 1, 4, true);
  EXPECT_EQ(turned, 0x04030201U);
}

TEST(StridedCopy, AScalarIsOneItemAndAnEmptyArrayIsNone) {
  const std::uint64_t source = 7;
  std::uint64_t scalar = 0;
  copy_strided(&scalar, nullptr, &source, nullptr, nullptr, 0, 8, false);
  EXPECT_EQ(scalar, 7U);

  std::uint64_t untouched = 5;
  const std::int64_t shape[] = {0};
  const std::int64_t stride[] = {8};
  copy_strided(&untouched, stride, &source, stride, shape, 1, 8, false);
  EXPECT_EQ(untouched, 5U);
}

TEST(StridedCopy, TenDimensionsArriveItemByItem) {
  std::int64_t shape[10];
  std::int64_t to[10];
  std::int64_t from[10];
  std::int64_t stride = 1;
  for (int i = 9; i >= 0; --i) {
    shape[i] = 2;
    to[i] = stride;
    from[9 - i] = stride;
    stride *= 2;
  }
  std::vector<std::uint8_t> source(1024);
  std::iota(source.begin(), source.end(), std::uint8_t{0});
  std::vector<std::uint8_t> reversed(1024);
  std::vector<std::uint8_t> back(1024);
  copy_strided(reversed.data(), to, source.data(), from, shape, 10, 1, false);
  copy_strided(back.data(), to, reversed.data(), from, shape, 10, 1, false);
  EXPECT_NE(reversed, source);
  EXPECT_EQ(back, source);
}

TEST(StridedCopy, ShortRunsWithGapsOnBothSidesAreCopiedRunByRun) {
  const std::vector<std::uint8_t> source{1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0};
  std::vector<std::uint8_t> target(14, 99);
  const std::int64_t shape[] = {2, 2, 3};
  const std::int64_t to[] = {7, 3, 1};
  const std::int64_t from[] = {8, 4, 1};
  copy_strided(target.data(), to, source.data(), from, shape, 3, 1);
  EXPECT_EQ(target, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 99, 7, 8, 9, 10, 11, 12, 99}));
}

TEST(Axes, ThoseThatBothArraysStepThroughEvenlyBecomeOne) {
  const std::int64_t shape[] = {2, 1, 3, 4};
  const std::int64_t first[] = {12, 99, 4, 1};
  const std::int64_t second[] = {24, 7, 8, 2};
  Axes axes(shape, first, second, 4);
  const Axis axis = axes.pop();
  EXPECT_EQ(axis.length, 24);
  EXPECT_EQ(axis.first_step, 1);
  EXPECT_EQ(axis.second_step, 2);
  EXPECT_EQ(axes.pop().length, 1);
}

TEST(Axes, ThoseOfAnEmptyArrayMayHaveAnyLengthsAndSteps) {
  constexpr std::int64_t kMost = INT64_MAX;
  const std::int64_t shape[] = {kMost, kMost, kMost, 0};
  const std::int64_t steps[] = {0, 0, kMost, kMost};
  Axes(shape, steps, steps, 4).walk([](std::int64_t, std::int64_t) { FAIL() << "an item of an empty array"; });
}

TEST(Axes, MoreThanNumpyHasAreRefusedUnlessTheirLengthIsOne) {
  const std::vector<std::int64_t> ones(100, 1);
  EXPECT_NO_THROW(Axes(ones.data(), ones.data(), ones.data(), 100));
  const std::vector<std::int64_t> twos(65, 2);
  EXPECT_NO_THROW(Axes(twos.data(), ones.data(), ones.data(), 64));
  EXPECT_THROW(Axes(twos.data(), ones.data(), ones.data(), 65), std::invalid_argument);
}

}  // namespace
}  // namespace hbm::tensor
