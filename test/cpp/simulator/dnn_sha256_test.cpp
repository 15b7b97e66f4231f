// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine_openvino/sha256.hpp"

namespace hbm_sim {
namespace {

std::string digest(const std::string& text, std::size_t piece) {
  Sha256 hash;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    hash.update(text.data() + at, std::min(piece, text.size() - at));
  }
  return hash.hexadecimal();
}

TEST(Sha256, agrees_with_the_examples_of_the_standard) {
  EXPECT_EQ(digest("", 1), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(std::string(1000000, 'a'), 1000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, does_not_depend_on_the_pieces_it_is_fed) {
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string text(length, 'x');
    EXPECT_EQ(digest(text, 1), digest(text, 1000)) << length;
    EXPECT_EQ(digest(text, 63), digest(text, 65)) << length;
  }
}

TEST(Sha256, parts_cannot_run_into_each_other) {
  Sha256 left;
  left.update_part("ab");
  left.update_part("c");
  Sha256 right;
  right.update_part("a");
  right.update_part("bc");
  EXPECT_NE(left.hexadecimal(), right.hexadecimal());
}

}  // namespace
}  // namespace hbm_sim
