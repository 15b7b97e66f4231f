// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

TEST(InlineExecution, runs_on_the_thread_that_submits) {
  FakeJob job;
  std::thread::id thread;
  job.on_execute = [&] { thread = std::this_thread::get_id(); };
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_2 | HB_UCP_BPU_CORE_3), HB_UCP_SUCCESS);
  EXPECT_EQ(thread, std::this_thread::get_id());
  EXPECT_EQ(job.executed_on, 2);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

}  // namespace
