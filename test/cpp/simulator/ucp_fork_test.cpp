// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// A process that is forked off one that used the device, while the parent is busy with it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

/// 0 where every call of the child answers with the error that is meant for it.
int use_the_library() {
  hbUCPSysMem block{};
  if (hbUCPMalloc(&block, 16, 0) != HB_UCP_API_USE_ERROR) {
    return 1;
  }
  if (std::strstr(hbm_sim_last_error(), "forked") == nullptr) {
    return 2;
  }
  if (hbm_sim_enter("hbDNNInferV2", nullptr) != HB_UCP_API_USE_ERROR) {
    return 3;
  }
  hbUCPTaskHandle_t task = reinterpret_cast<hbUCPTaskHandle_t>(1);
  if (submit(task) != HB_UCP_API_USE_ERROR) {
    return 4;
  }
  if (hbUCPWaitTaskDone(task, 0) != HB_UCP_API_USE_ERROR) {
    return 5;
  }
  if (hbUCPReleaseTask(task) != HB_UCP_API_USE_ERROR) {
    return 6;
  }
  return 0;
}

TEST(Fork, a_child_gets_an_error_from_every_call_and_ends_while_the_parent_works_on) {
  std::atomic<bool> stop{false};
  FakeJob job;
  std::thread parent([&] {
    while (!stop) {
      const hbUCPTaskHandle_t task = make_task(job);
      EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
      EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    }
  });
  while (job.executions == 0) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    // exit() and not _exit(): what the library does at the end of a process must not hang in a child.
    if (child == 0) {
      std::exit(use_the_library());
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  stop = true;
  parent.join();
}

}  // namespace
