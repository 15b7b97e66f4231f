// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>
#include <vector>

#include "awkward_library.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::run_once;
using Bytes = std::vector<std::uint8_t>;

class ReleaseTest : public hbm_test::AwkwardTest {};

TEST_F(ReleaseTest, CallsInARowLeaveAtMostOneFinishedTaskBehind) {
  const auto set = hbm_test::load("model echo\ninput x 3 4\noutput y 3 4\n");
  for (int i = 0; i < 10; ++i) {
    run_once(set, "echo", {1, 2, 3, 4}, {4});
    EXPECT_LE(awkward_control().live_tasks(), 1);
  }
}

TEST_F(ReleaseTest, ClosingReleasesWhatIsParked) {
  const auto set = hbm_test::load("model echo\ninput x 3 4\noutput y 3 4\n");
  run_once(set, "echo", {1, 2, 3, 4}, {4});
  set->close();
  EXPECT_EQ(awkward_control().live_tasks(), 0);
}

TEST_F(ReleaseTest, SlowReleasesLeaveTheCallersPath) {
  const auto set = hbm_test::load("model echo\ninput x 3 4\noutput y 3 4\n");
  awkward_control().set_release_us(20000);
  for (int i = 0; i < 40; ++i) {
    run_once(set, "echo", {1, 2, 3, 4}, {4});  // Long enough to be noticed.
  }
  // Fewer calls than there are tasks, so that none has to wait for a release.
  while (awkward_control().live_tasks() > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const std::int32_t releases = awkward_control().releases_here();
  for (int i = 0; i < 10; ++i) {
    run_once(set, "echo", {1, 2, 3, 4}, {4});
  }
  EXPECT_EQ(awkward_control().releases_here(), releases) << "a thread of the pool should release by now";
}

TEST_F(ReleaseTest, TasksStayWithinTheBoundHoweverManyThreadsCall) {
  const auto set = hbm_test::load("model echo latency_us=100\ninput x 3 4\noutput y 3 4\n");
  std::vector<std::thread> threads;
  std::atomic<int> errors{0};
  for (int t = 0; t < 48; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        try {
          run_once(set, "echo", {1, 2, 3, 4}, {4});
        } catch (...) {
          ++errors;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(errors, 0);
  EXPECT_LE(awkward_control().most_tasks(), 32);
}

}  // namespace
