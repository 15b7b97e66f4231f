// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "fake_job.hpp"

namespace {

using hbm_sim_test::FakeJob;
using hbm_sim_test::make_task;
using hbm_sim_test::submit;

class FaultsTest : public ::testing::Test {
 protected:
  ~FaultsTest() override { hbm_sim_set_faults(""); }
};

TEST_F(FaultsTest, make_a_call_fail_now_and_then) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPMalloc:fail=-400001:after=1:every=2:count=1"), HB_UCP_SUCCESS);
  std::vector<std::int32_t> statuses;
  for (int i = 0; i < 6; ++i) {
    hbUCPSysMem block{};
    statuses.push_back(hbUCPMalloc(&block, 16, 0));
    if (statuses.back() == HB_UCP_SUCCESS) {
      EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
    }
  }
  EXPECT_EQ(statuses, (std::vector<std::int32_t>{0, 0, HB_UCP_MEM_ALLOC_FAIL, 0, 0, 0}));
}

TEST_F(FaultsTest, reach_one_model_only) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPSubmitTask:fail=-100001:model=other"), HB_UCP_SUCCESS);
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST_F(FaultsTest, a_hanging_call_returns_when_the_faults_are_replaced) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPWaitTaskDone:hang=1"), HB_UCP_SUCCESS);
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  std::atomic<bool> returned{false};
  std::thread waiter([&] {
    EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
    returned = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(returned);
  hbm_sim_set_faults("");
  waiter.join();
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST_F(FaultsTest, a_text_that_cannot_be_read_is_refused_with_the_reason) {
  for (const char* text : {"malloc:fail=-1", "hbUCPMaloc:fail=-1", "hbUCPGetVersion:fail=-1", "hbUCPMalloc:fail=1",
                           "hbUCPMalloc:fail", "hbUCPMalloc:often=3"}) {
    EXPECT_EQ(hbm_sim_set_faults(text), HB_UCP_INVALID_ARGUMENT) << text;
    EXPECT_NE(std::strlen(hbm_sim_last_error()), 0u);
  }
}

TEST_F(FaultsTest, delay_a_call) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPFlushLog:delay_ms=30"), HB_UCP_SUCCESS);
  const std::int64_t start = hbm_sim_test::now_us();
  EXPECT_EQ(hbUCPFlushLog(), HB_UCP_SUCCESS);
  EXPECT_GE(hbm_sim_test::now_us() - start, 30'000);
}

TEST_F(FaultsTest, a_failing_submission_can_be_repeated_and_a_failing_wait_leaves_the_task_done) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPSubmitTask:fail=-100001:count=1,hbUCPWaitTaskDone:fail=-200003:count=1"),
            HB_UCP_SUCCESS);
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_TASK_RUN_FAILED);
  EXPECT_EQ(job.executions, 1);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST_F(FaultsTest, of_submitting_waiting_and_releasing_do_not_reach_the_synchronous_form) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPSubmitTask:fail=-1,hbUCPWaitTaskDone:fail=-1,hbUCPReleaseTask:fail=-1"),
            HB_UCP_SUCCESS);
  FakeJob job;
  EXPECT_EQ(hbm_sim_run_now(&job), HB_UCP_SUCCESS);
  EXPECT_EQ(job.executions, 1);
  EXPECT_EQ(job.recycled, 0);
}

TEST_F(FaultsTest, can_be_replaced_while_calls_are_made) {
  std::atomic<bool> stop{false};
  std::thread caller([&] {
    FakeJob job;
    while (!stop) {
      const hbUCPTaskHandle_t task = make_task(job);
      if (submit(task) == HB_UCP_SUCCESS) {
        hbUCPWaitTaskDone(task, 0);
      }
      EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    }
  });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(hbm_sim_set_faults(i % 2 == 0 ? "hbUCPSubmitTask:fail=-1,hbUCPWaitTaskDone:hang=1" : ""), HB_UCP_SUCCESS);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  hbm_sim_set_faults("");
  stop = true;
  caller.join();
}

}  // namespace
