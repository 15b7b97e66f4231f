// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/input_check.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

hbm::ModelTensor tensor(const std::vector<std::int64_t>& stored_shape) {
  hbm::ModelTensor made;
  made.info.shape = stored_shape;
  made.stored_shape = stored_shape;
  return made;
}

bool fits(const std::vector<std::int64_t>& wanted, const std::vector<std::int64_t>& given) {
  return hbm::shape_fits(tensor(wanted), given.data(), static_cast<int>(given.size()));
}

TEST(InputCheck, EveryDimensionMustBeEqual) {
  EXPECT_TRUE(fits({1, 4}, {1, 4}));
  EXPECT_FALSE(fits({1, 4}, {1, 5}));
  EXPECT_FALSE(fits({1, 4}, {4}));
  EXPECT_FALSE(fits({1, 4}, {1, 1, 4}));
}

TEST(InputCheck, ADynamicDimensionTakesAnythingButNothing) {
  EXPECT_TRUE(fits({-1, 4}, {17, 4}));
  EXPECT_FALSE(fits({-1, 4}, {0, 4}));
  EXPECT_FALSE(fits({-1, 4}, {17, 5}));
}

}  // namespace
