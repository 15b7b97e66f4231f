// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "fake_job.hpp"

namespace {

using hbm_sim_test::FakeJob;
using hbm_sim_test::make_task;
using hbm_sim_test::submit;

struct CallbackRecord {
  std::atomic<int> calls{0};
  std::atomic<std::int32_t> status{1};
  bool release = false;
  std::thread::id thread;
};

void on_done(hbUCPTaskHandle_t task, std::int32_t status, void* data) {
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

TEST(Callback, leaves_nothing_of_the_job_to_do_when_the_release_returns) {
  for (int round = 0; round < 5000; ++round) {
    FakeJob job;
    CallbackRecord record;
    const hbUCPTaskHandle_t task = make_task(job);
    ASSERT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_SUCCESS);
    ASSERT_EQ(submit(task), HB_UCP_SUCCESS);
    ASSERT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    ASSERT_EQ(job.recycled, 1) << "round " << round;
  }
}

TEST(Callback, may_release_its_task) {
  FakeJob job;
  CallbackRecord record;
  record.release = true;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  while (record.calls == 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(job.recycled, 1);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_TASK_HANDLE_INVALID);
}

TEST(Callback, must_not_be_null) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, nullptr, nullptr), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

/// Two tasks; the callback of the first deals with the second.
struct Pair {
  FakeJob first_job, second_job;
  hbUCPTaskHandle_t first = make_task(first_job);
  hbUCPTaskHandle_t second = make_task(second_job);
  std::atomic<int> second_calls{0};
  std::atomic<std::int32_t> released{1};
  std::atomic<bool> over{false};

  void run(bool second_waits_for_the_thread) {
    EXPECT_EQ(hbUCPSetTaskDoneCb(
                  second, [](hbUCPTaskHandle_t, std::int32_t, void* data) { ++static_cast<Pair*>(data)->second_calls; },
                  this),
              HB_UCP_SUCCESS);
    EXPECT_EQ(hbUCPSetTaskDoneCb(
                  first,
                  [](hbUCPTaskHandle_t, std::int32_t, void* data) {
                    auto* pair = static_cast<Pair*>(data);
                    submit(pair->second);
                    hbUCPWaitTaskDone(pair->second, 0);
                    pair->released = hbUCPReleaseTask(pair->second);
                    pair->over = true;
                  },
                  this),
              HB_UCP_SUCCESS);
    if (!second_waits_for_the_thread) {
      EXPECT_EQ(submit(second), HB_UCP_SUCCESS);
      while (second_calls == 0) {
        std::this_thread::yield();
      }
    }
    EXPECT_EQ(submit(first), HB_UCP_SUCCESS);
    EXPECT_EQ(hbUCPReleaseTask(first), HB_UCP_SUCCESS);
    EXPECT_TRUE(over);
    EXPECT_EQ(released, HB_UCP_SUCCESS);
    EXPECT_EQ(second_calls, 1);
    EXPECT_EQ(second_job.recycled, 1);
  }
};

TEST(Callback, may_run_and_release_another_task_whose_callback_is_yet_to_come) { Pair().run(true); }

TEST(Callback, may_release_another_task_whose_callback_is_over) { Pair().run(false); }

TEST(Callback, that_releases_its_task_ends_the_wait_of_another_thread_that_releases_it_too) {
  for (int round = 0; round < 200; ++round) {
    FakeJob job;
    CallbackRecord record;
    record.release = true;
    const hbUCPTaskHandle_t task = make_task(job);
    EXPECT_EQ(hbUCPSetTaskDoneCb(
                  task,
                  [](hbUCPTaskHandle_t handle, std::int32_t, void* data) {
                    hbUCPReleaseTask(handle);
                    ++static_cast<CallbackRecord*>(data)->calls;
                  },
                  &record),
              HB_UCP_SUCCESS);
    EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
    hbUCPReleaseTask(task);
    while (record.calls == 0) {
      std::this_thread::yield();
    }
    EXPECT_EQ(job.recycled, 1);
  }
}

TEST(Callback, that_is_slow_holds_up_no_core) {
  FakeJob slow, next;
  std::atomic<bool> go{false};
  const hbUCPTaskHandle_t task = make_task(slow);
  EXPECT_EQ(hbUCPSetTaskDoneCb(
                task,
                [](hbUCPTaskHandle_t, std::int32_t, void* data) {
                  while (!*static_cast<std::atomic<bool>*>(data)) {
                    std::this_thread::yield();
                  }
                },
                &go),
            HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_0), HB_UCP_SUCCESS);
  const hbUCPTaskHandle_t other = make_task(next);
  EXPECT_EQ(submit(other, 0, HB_UCP_BPU_CORE_0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(other, 0), HB_UCP_SUCCESS);
  go = true;
  EXPECT_EQ(hbUCPReleaseTask(other), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Callback, is_told_that_the_task_failed) {
  FakeJob job;
  job.status = HB_UCP_TASK_RUN_FAILED;
  CallbackRecord record;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(hbUCPSetTaskDoneCb(task, on_done, &record), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(record.status, HB_UCP_TASK_RUN_FAILED);
}

}  // namespace
