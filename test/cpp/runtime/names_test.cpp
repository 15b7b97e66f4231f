// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/names.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Names, ACloseNameIsSuggested) {
  EXPECT_EQ(hbm::suggest_name("data_vu", {"data_y", "data_uv"}), "; did you mean 'data_uv'?");
  EXPECT_EQ(hbm::suggest_name("yolov5", {"resnet18", "yolov5x"}), "; did you mean 'yolov5x'?");
}

TEST(Names, FarAndShortNamesSuggestNothing) {
  EXPECT_EQ(hbm::suggest_name("completely", {"different"}), "");
  EXPECT_EQ(hbm::suggest_name("c", {"a", "b"}), "");
  EXPECT_EQ(hbm::suggest_name("", {"a"}), "");
  EXPECT_EQ(hbm::suggest_name(std::string(10000, 'x'), {"a"}), "");
}

TEST(Names, LongListsAreCut) {
  EXPECT_EQ(hbm::list_names({}), "none");
  EXPECT_EQ(hbm::list_names({"a", "b"}), "'a', 'b'");
  const std::string text = hbm::list_names(std::vector<std::string>(25, "n"));
  EXPECT_NE(text.find("and 5 more"), std::string::npos);
}

}  // namespace
