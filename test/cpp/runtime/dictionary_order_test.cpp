// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/dictionary_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace {

using Names = std::vector<std::string>;
using Order = std::vector<std::size_t>;

#ifdef __GLIBCXX__

// What a board prints of its detector.
TEST(DictionaryOrder, IsTheOneOfTheManual) {
  EXPECT_EQ(hbm::dictionary_order({"output", "1310", "1312"}), (Order{1, 2, 0}));
  EXPECT_EQ(hbm::dictionary_order({"data_y", "data_uv"}), (Order{1, 0}));
}

TEST(DictionaryOrder, OfModelsOfAResultIsMostlyTheCallers) {
  EXPECT_EQ(hbm::result_order({"a", "b"}), (Order{0, 1}));
  EXPECT_EQ(hbm::result_order({"m0", "m1", "m2", "m3", "m4", "m5"}), (Order{0, 3, 2, 4, 1, 5}));
}

#endif

TEST(DictionaryOrder, HoldsEveryNameOnce) {
  Names names;
  for (int i = 0; i < 300; ++i) {
    names.push_back("tensor_" + std::to_string(i));
    for (Order order : {hbm::dictionary_order(names), hbm::result_order(names)}) {
      std::sort(order.begin(), order.end());
      Order expected(names.size());
      std::iota(expected.begin(), expected.end(), std::size_t{0});
      ASSERT_EQ(order, expected);
    }
  }
  EXPECT_TRUE(hbm::dictionary_order({}).empty());
}

}  // namespace
