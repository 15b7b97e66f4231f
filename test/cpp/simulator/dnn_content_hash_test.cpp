// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "engine_openvino/content_hash.hpp"

namespace hbm_sim {
namespace {

std::string hash_of(const std::string& content) {
  ContentHash hash;
  hash.add(content);
  return hash.hexadecimal();
}

TEST(ContentHash, equal_content_has_an_equal_name_that_can_be_a_files) {
  EXPECT_EQ(hash_of("network"), hash_of("network"));
  EXPECT_EQ(hash_of("network").size(), 32u);
  EXPECT_EQ(hash_of("").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(ContentHash, content_of_another_length_has_another_name) {
  std::set<std::string> seen;
  for (std::size_t length = 0; length < 300; ++length) {
    EXPECT_TRUE(seen.insert(hash_of(std::string(length, '\0'))).second) << length;
  }
}

TEST(ContentHash, parts_cannot_run_into_each_other) {
  ContentHash left;
  left.add("ab");
  left.add("c");
  ContentHash right;
  right.add("a");
  right.add("bc");
  EXPECT_NE(left.hexadecimal(), right.hexadecimal());
}

}  // namespace
}  // namespace hbm_sim
