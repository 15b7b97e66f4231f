// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm/tensor/nibble.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace hbm::tensor {
namespace {

TEST(Nibbles, TheFirstValueIsTheLowHalfAndAnOddLineEndsInZero) {
  const std::vector<std::uint8_t> values{1, 0xfe, 0xff};
  std::vector<std::uint8_t> line(2);
  pack_nibbles(values.data(), 3, line.data());
  EXPECT_EQ(line, (std::vector<std::uint8_t>{0xe1, 0x0f}));
}

TEST(Nibbles, UnpackedValuesKeepTheirSign) {
  const std::vector<std::uint8_t> line{0x81, 0x07};
  std::vector<std::uint8_t> values(3);
  unpack_nibbles(line.data(), 3, true, values.data());
  EXPECT_EQ(values, (std::vector<std::uint8_t>{1, 0xf8, 7}));
  unpack_nibbles(line.data(), 3, false, values.data());
  EXPECT_EQ(values, (std::vector<std::uint8_t>{1, 8, 7}));
}

TEST(Nibbles, BytesOfALineMayLieApart) {
  const std::vector<std::uint8_t> line{0x21, 99, 99, 0xf3};
  EXPECT_EQ(unsigned_nibble(line.data(), 2, 3), 3);
  EXPECT_EQ(unsigned_nibble(line.data(), 3, 3), 15);
  EXPECT_EQ(signed_nibble(line.data(), 3, 3), -1);
}

}  // namespace
}  // namespace hbm::tensor
