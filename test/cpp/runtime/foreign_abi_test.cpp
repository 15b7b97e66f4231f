// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "awkward_library.hpp"
#include "driver/error.hpp"

// With libraries that fill a larger structure.
namespace {

TEST(ForeignAbi, ALibraryOfAnotherGenerationIsRefusedWhenAModelIsLoaded) {
  try {
    hbm_test::load("model m\ninput x 3 4\noutput y 3 4\n");
    FAIL() << "no error";
  } catch (const hbm::StateError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("writes more than 176 bytes"), std::string::npos) << text;
    EXPECT_NE(text.find("9.9.9_(awkward)"), std::string::npos) << text;
  }
}

}  // namespace
