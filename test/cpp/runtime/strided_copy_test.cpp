// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/strided_copy.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace {

std::vector<uint16_t> counted(std::size_t count) {
  std::vector<uint16_t> values(count);
  std::iota(values.begin(), values.end(), uint16_t{1});
  return values;
}

TEST(StridedCopy, RowsGoIntoPaddedRowsAndTheGapsStayUntouched) {
  const std::vector<uint16_t> source = counted(6);
  std::vector<uint16_t> padded(8, 99);
  const int64_t shape[] = {2, 3};
  const int64_t to[] = {8, 2};
  const int64_t from[] = {6, 2};
  hbm::copy_strided(padded.data(), to, source.data(), from, shape, 2, 2, false);
  EXPECT_EQ(padded, (std::vector<uint16_t>{1, 2, 3, 99, 4, 5, 6, 99}));
}

TEST(StridedCopy, ATransposedSourceComesOutInItsLogicalOrder) {
  const std::vector<uint16_t> source = counted(6);
  std::vector<uint16_t> dense(6);
  const int64_t shape[] = {3, 2};
  const int64_t to[] = {4, 2};
  const int64_t from[] = {2, 6};
  hbm::copy_strided(dense.data(), to, source.data(), from, shape, 2, 2, false);
  EXPECT_EQ(dense, (std::vector<uint16_t>{1, 4, 2, 5, 3, 6}));
}

TEST(StridedCopy, NegativeAndZeroStridesOfTheSourceAreFollowed) {
  const std::vector<uint16_t> source = counted(3);
  std::vector<uint16_t> dense(6);
  const int64_t shape[] = {2, 3};
  const int64_t to[] = {6, 2};
  const int64_t from[] = {0, -2};
  hbm::copy_strided(dense.data(), to, source.data() + 2, from, shape, 2, 2, false);
  EXPECT_EQ(dense, (std::vector<uint16_t>{3, 2, 1, 3, 2, 1}));
}

TEST(StridedCopy, SwappedBytesAreTurnedRound) {
  const uint32_t source[] = {0x01020304U};
  uint32_t turned = 0;
  const int64_t shape[] = {1};
  const int64_t stride[] = {4};
  hbm::copy_strided(&turned, stride, source, stride, shape, 1, 4, true);
  EXPECT_EQ(turned, 0x04030201U);
}

TEST(StridedCopy, AScalarIsOneItemAndAnEmptyArrayIsNone) {
  const uint64_t source = 7;
  uint64_t scalar = 0;
  hbm::copy_strided(&scalar, nullptr, &source, nullptr, nullptr, 0, 8, false);
  EXPECT_EQ(scalar, 7U);

  uint64_t untouched = 5;
  const int64_t shape[] = {0};
  const int64_t stride[] = {8};
  hbm::copy_strided(&untouched, stride, &source, stride, shape, 1, 8, false);
  EXPECT_EQ(untouched, 5U);
}

TEST(StridedCopy, TenDimensionsArriveItemByItem) {
  int64_t shape[10];
  int64_t to[10];
  int64_t from[10];
  int64_t stride = 1;
  for (int i = 9; i >= 0; --i) {
    shape[i] = 2;
    to[i] = stride;
    from[9 - i] = stride;
    stride *= 2;
  }
  std::vector<uint8_t> source(1024);
  std::iota(source.begin(), source.end(), uint8_t{0});
  std::vector<uint8_t> reversed(1024);
  std::vector<uint8_t> back(1024);
  hbm::copy_strided(reversed.data(), to, source.data(), from, shape, 10, 1, false);
  hbm::copy_strided(back.data(), to, reversed.data(), from, shape, 10, 1, false);
  EXPECT_NE(reversed, source);
  EXPECT_EQ(back, source);
}

}  // namespace
