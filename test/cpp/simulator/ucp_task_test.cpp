// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake_job.hpp"

namespace {

using hbm_sim_test::FakeJob;
using hbm_sim_test::Gate;
using hbm_sim_test::make_task;
using hbm_sim_test::submit;

constexpr auto kDelay = std::chrono::milliseconds(30);

TEST(Task, runs_once_after_submission_and_gives_its_job_back_on_release) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(job.executions, 0);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(job.executions, 1);
  EXPECT_EQ(job.recycled, 0);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(job.recycled, 1);
}

TEST(Task, each_wrong_order_has_its_status) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPSubmitTask(task, nullptr), HB_UCP_INVALID_ARGUMENT);
  EXPECT_STREQ(hbm_sim_last_error(), "hbUCPSubmitTask: sched_param is null pointer");
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(submit(nullptr), HB_UCP_INVALID_ARGUMENT);
}

TEST(Task, a_handle_of_an_earlier_life_does_not_reach_the_next_task) {
  FakeJob first, second;
  const hbUCPTaskHandle_t stale = make_task(first);
  EXPECT_EQ(hbUCPReleaseTask(stale), HB_UCP_SUCCESS);
  const hbUCPTaskHandle_t task = make_task(second);
  EXPECT_NE(stale, task);
  EXPECT_EQ(submit(stale), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, priorities_and_devices_out_of_range_leave_the_task_to_be_submitted_again) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task, 256), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, -1), HB_UCP_INVALID_ARGUMENT);
  hbUCPSchedParam sched{0, 0, HB_UCP_CORE_ANY, 1};
  EXPECT_EQ(hbUCPSubmitTask(task, &sched), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 255), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, sub_tasks_are_covered_by_one_submit_and_one_wait) {
  FakeJob first, second, third;
  hbUCPTaskHandle_t task = make_task(first);
  EXPECT_EQ(hbm_sim_task_add(&task, &second), HB_UCP_SUCCESS);
  EXPECT_EQ(hbm_sim_task_add(&task, &third), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbm_sim_task_add(&task, &third), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(first.executions + second.executions + third.executions, 3);
  hbm_sim::Job* job = nullptr;
  EXPECT_EQ(hbm_sim_task_job(task, 1, &job), HB_UCP_SUCCESS);
  EXPECT_EQ(job, &second);
  EXPECT_EQ(hbm_sim_task_job(task, 3, &job), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, a_model_of_several_cores_stands_alone_in_its_task) {
  FakeJob single, twin(0, 0, 2);
  hbUCPTaskHandle_t task = make_task(single);
  EXPECT_EQ(hbm_sim_task_add(&task, &twin), HB_UCP_API_USE_ERROR);
  EXPECT_EQ(hbm_sim_run_now(&twin), HB_UCP_API_USE_ERROR);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, a_failure_shows_when_waiting_with_its_cause) {
  FakeJob job;
  job.status = HB_UCP_TASK_RUN_FAILED;
  job.on_execute = [] { hbm_sim_fail(HB_UCP_TASK_RUN_FAILED, "out of paper"); };
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_TASK_RUN_FAILED);
  EXPECT_STREQ(hbm_sim_last_error(), "out of paper");
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, a_wait_that_is_too_short_says_so_and_can_be_repeated) {
  Gate waited;
  FakeJob job;
  job.on_execute = waited.wait();
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 1), HB_UCP_TASK_TIMEOUT);
  waited.open();
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, a_release_waits_for_the_device) {
  FakeJob job;
  job.on_execute = [] { std::this_thread::sleep_for(kDelay); };
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(job.executions, 1);
}

TEST(Task, no_more_exist_than_the_pool_holds) {
  std::vector<FakeJob> jobs(33);
  std::vector<hbUCPTaskHandle_t> tasks;
  for (int i = 0; i < 32; ++i) {
    tasks.push_back(make_task(jobs[static_cast<std::size_t>(i)]));
  }
  hbUCPTaskHandle_t extra = nullptr;
  EXPECT_EQ(hbm_sim_task_add(&extra, &jobs[32]), HB_UCP_TASK_NUMBER_EXCEED_LIMIT);
  EXPECT_EQ(extra, nullptr);
  EXPECT_EQ(hbUCPReleaseTask(tasks.back()), HB_UCP_SUCCESS);
  tasks.pop_back();
  EXPECT_EQ(hbm_sim_task_add(&extra, &jobs[32]), HB_UCP_SUCCESS);
  tasks.push_back(extra);
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
}

TEST(Tasks, of_many_threads_all_run) {
  constexpr int kThreads = 8, kRounds = 500;
  std::atomic<int> executed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&executed, t] {
      FakeJob job;
      for (int round = 0; round < kRounds; ++round) {
        const hbUCPTaskHandle_t task = make_task(job);
        ASSERT_EQ(submit(task, t % 3 == 0 ? 253 + round % 3 : round % 254), HB_UCP_SUCCESS);
        ASSERT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
        ASSERT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
      }
      executed += job.executions;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(executed, kThreads * kRounds);
}

TEST(Status, every_code_has_a_text_of_its_own_and_a_number_that_is_none_is_called_so) {
  const std::string none = "no status code of this library";
  EXPECT_EQ(hbUCPGetErrorDesc(12345), none);
  std::set<std::string> texts{hbUCPGetErrorDesc(HB_UCP_SUCCESS), none};
  std::size_t codes = 2;
  for (const auto& [first, last] :
       std::vector<std::pair<std::int32_t, std::int32_t>>{{HB_UCP_INVALID_ARGUMENT, HB_UCP_VERSION_INCOMPATIBLE},
                                                          {HB_UCP_TASK_NUMBER_EXCEED_LIMIT, HB_UCP_TASK_HANDLE_INVALID},
                                                          {HB_UCP_OP_NUMBER_EXCEED_LIMIT, HB_UCP_OP_CMD_UNAVAILABLE},
                                                          {HB_UCP_MEM_ALLOC_FAIL, HB_UCP_MEM_UNMAP_FAIL},
                                                          {HB_UCP_FILE_OPEN_FAILED, HB_UCP_FILE_OPEN_FAILED},
                                                          {HB_UCP_MODEL_NUMBER_EXCEED_LIMIT, HB_UCP_MODEL_INCOMPATIBLE},
                                                          {HB_UCP_DSP_UNAVAILABLE, HB_UCP_DSP_OFFLINE},
                                                          {HB_UCP_CODEC_OPERATION_NOT_ALLOWED, HB_UCP_CODEC_IS_INUSE},
                                                          {HB_UCP_ISP_NO_AVAILABLE_SLOT, HB_UCP_ISP_CTX_INUSE}}) {
    for (std::int32_t code = first; code >= last; --code, ++codes) {
      texts.insert(hbUCPGetErrorDesc(code));
    }
  }
  EXPECT_EQ(texts.size(), codes);
}

}  // namespace
