// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// HB_UCP_LOG_LEVEL at its default: what is written, and where.
#include <gtest/gtest.h>

#include <string>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

TEST(Log, has_a_line_for_what_the_caller_did_wrong_on_stderr_and_nothing_on_stdout) {
  FakeJob job(0, 0, 2);
  const hbUCPTaskHandle_t task = make_task(job);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_ANY), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "[UCP simulator] model 'fake' is compiled for 2 BPU cores: the backend must name exactly 2 of the 4 cores of "
      "s600, got 0x80\n");
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Log, says_nothing_to_a_caller_that_polls) {
  Gate polled;
  FakeJob job;
  job.on_execute = polled.wait();
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  testing::internal::CaptureStderr();
  EXPECT_EQ(hbUCPWaitTaskDone(task, 1), HB_UCP_TASK_TIMEOUT);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  polled.open();
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

// Last, because it holds for the rest of the process.
TEST(Log, leaves_failures_to_a_program_that_reads_the_last_error_but_keeps_warnings) {
  hbm_sim_keep_errors_off_stderr();
  testing::internal::CaptureStderr();
  EXPECT_EQ(hbUCPSubmitTask(nullptr, nullptr), HB_UCP_INVALID_ARGUMENT);
  hbm_sim_warn("a warning");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[UCP simulator] a warning\n");
  EXPECT_STREQ(hbm_sim_last_error(), "hbUCPSubmitTask: the task handle is NULL");
}

}  // namespace
