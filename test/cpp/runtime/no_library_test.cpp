// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "driver/driver.hpp"
#include "driver/error.hpp"

// On a machine without the vendor's libraries; each test asks for other ones, the last succeeds.
namespace {

std::string error_with(const char* backend, const std::string& directory) {
  setenv("HBM_RUNTIME_BACKEND", backend, 1);
  setenv("HBM_RUNTIME_LIBRARY_DIR", directory.c_str(), 1);
  try {
    hbm::Driver::instance();
  } catch (const hbm::Error& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(NoLibrary, TheBpuWithoutItsLibrariesIsAnErrorThatSaysWhereItLooked) {
  const std::string error = error_with("bpu", "");
  EXPECT_TRUE(contains(error, "/usr/hobot/lib")) << error;
  EXPECT_TRUE(contains(error, "hobot-dnn")) << error;
}

TEST(NoLibrary, NeitherLibrariesNorSimulatorIsAnErrorThatNamesBoth) {
  const std::string error = error_with("auto", "");
  EXPECT_TRUE(contains(error, "simulator/lib")) << error;
}

TEST(NoLibrary, AnUnknownBackendIsNamed) {
  const std::string error = error_with("gpu", "");
  EXPECT_TRUE(contains(error, "expected auto, bpu or sim, got 'gpu'")) << error;
}

TEST(NoLibrary, AFolderWithoutTheLibrariesIsNamed) {
  const std::string error = error_with("auto", "/nonexistent");
  EXPECT_TRUE(contains(error, "/nonexistent/libhbucp.so")) << error;
}

TEST(NoLibrary, SomethingElseUnderTheLibrarysNameIsNamedWithTheLoadersReason) {
  const std::string folder = testing::TempDir() + "no_library_test";
  ASSERT_EQ(std::system(("mkdir -p " + folder + " && echo text > " + folder + "/libhbucp.so").c_str()), 0);
  const std::string error = error_with("bpu", folder);
  EXPECT_TRUE(contains(error, folder + "/libhbucp.so")) << error;
  EXPECT_EQ(std::system(("rm -r " + folder).c_str()), 0);
}

TEST(NoLibrary, OnceOpenedALaterWishForAnotherBackendIsAnError) {
  ASSERT_EQ(error_with("bpu", std::getenv("HBM_TEST_AWKWARD_DIR")), "no error");
  const hbm::Driver* opened = &hbm::Driver::instance();
  EXPECT_EQ(opened->backend(), hbm::Backend::kBpu);
  EXPECT_EQ(hbm::Driver::instance().soc(), "s100");
  EXPECT_EQ(hbm::Driver::instance().bpu_core_count(), 1);
  const std::string error = error_with("sim", "");
  EXPECT_TRUE(contains(error, "cannot change any more")) << error;
  EXPECT_EQ(&hbm::Driver::current(), opened) << "what is open can be asked for whatever the environment says";
  EXPECT_EQ(&hbm::Driver::instance(hbm::BackendChoice::kBpu), opened) << "an argument counts before the environment";
  EXPECT_THROW(hbm::Driver::instance(hbm::BackendChoice::kSim), hbm::StateError);
  EXPECT_EQ(error_with("auto", ""), "no error") << "any backend will do, and one is open";
}

}  // namespace
