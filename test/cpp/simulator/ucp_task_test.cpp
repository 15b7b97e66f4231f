// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "fake_job.hpp"

namespace {

using hbm_sim_test::FakeJob;
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
  FakeJob job;
  job.on_execute = [] { std::this_thread::sleep_for(kDelay); };
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 1), HB_UCP_TASK_TIMEOUT);
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
  for (int i = 0; i < 32; ++i) tasks.push_back(make_task(jobs[static_cast<size_t>(i)]));
  hbUCPTaskHandle_t extra = nullptr;
  EXPECT_EQ(hbm_sim_task_add(&extra, &jobs[32]), HB_UCP_TASK_NUMBER_EXCEED_LIMIT);
  EXPECT_EQ(extra, nullptr);
  EXPECT_EQ(hbUCPReleaseTask(tasks.back()), HB_UCP_SUCCESS);
  tasks.pop_back();
  EXPECT_EQ(hbm_sim_task_add(&extra, &jobs[32]), HB_UCP_SUCCESS);
  tasks.push_back(extra);
  for (const hbUCPTaskHandle_t task : tasks) EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

struct CallbackRecord {
  std::atomic<int> calls{0};
  std::atomic<int32_t> status{1};
  bool release = false;
  std::thread::id thread;
};

void on_done(hbUCPTaskHandle_t task, int32_t status, void* data) {
  auto* record = static_cast<CallbackRecord*>(data);
  record->thread = std::this_thread::get_id();
  if (record->release) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  record->status = status;
  ++record->calls;
}

TEST(Callback, is_over_when_the_release_returns_and_runs_on_the_librarys_thread) {
  FakeJob job;
  CallbackRecord record;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_TASK_HANDLE_INVALID);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(record.calls, 1);
  EXPECT_EQ(record.status, HB_UCP_SUCCESS);
  EXPECT_NE(record.thread, std::this_thread::get_id());
}

TEST(Callback, may_release_its_task) {
  FakeJob job;
  CallbackRecord record;
  record.release = true;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  while (record.calls == 0) std::this_thread::yield();
  EXPECT_EQ(job.recycled, 1);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_TASK_HANDLE_INVALID);
}

TEST(Callback, must_not_be_null) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, nullptr, nullptr), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
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
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(executed, kThreads * kRounds);
}

class FaultsTest : public ::testing::Test {
 protected:
  ~FaultsTest() override { hbm_sim_set_faults(""); }
};

TEST_F(FaultsTest, make_a_call_fail_now_and_then) {
  ASSERT_EQ(hbm_sim_set_faults("hbUCPMalloc:fail=-400001:after=1:every=2:count=1"), HB_UCP_SUCCESS);
  std::vector<int32_t> statuses;
  for (int i = 0; i < 6; ++i) {
    hbUCPSysMem block{};
    statuses.push_back(hbUCPMalloc(&block, 16, 0));
    if (statuses.back() == HB_UCP_SUCCESS) {
      EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
    }
  }
  EXPECT_EQ(statuses, (std::vector<int32_t>{0, 0, HB_UCP_MEM_ALLOC_FAIL, 0, 0, 0}));
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
  std::this_thread::sleep_for(kDelay);
  EXPECT_FALSE(returned);
  hbm_sim_set_faults("");
  waiter.join();
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST_F(FaultsTest, a_text_that_cannot_be_read_is_refused_with_the_reason) {
  for (const char* text : {"malloc:fail=-1", "hbUCPMalloc:fail=1", "hbUCPMalloc:fail", "hbUCPMalloc:often=3"}) {
    EXPECT_EQ(hbm_sim_set_faults(text), HB_UCP_INVALID_ARGUMENT) << text;
    EXPECT_NE(std::strlen(hbm_sim_last_error()), 0u);
  }
}

TEST(Status, every_code_of_the_header_has_a_text_of_its_own) {
  EXPECT_STREQ(hbUCPGetErrorDesc(HB_UCP_SUCCESS), "success");
  EXPECT_STRNE(hbUCPGetErrorDesc(HB_UCP_TASK_TIMEOUT), hbUCPGetErrorDesc(HB_UCP_TASK_RUN_FAILED));
  EXPECT_STREQ(hbUCPGetErrorDesc(12345), "no status code of this library");
}

}  // namespace
