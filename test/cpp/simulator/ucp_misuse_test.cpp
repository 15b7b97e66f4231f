// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Threads that use one task without talking to each other: each call gets an answer, and the pool stays whole.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

/// Runs the same call on several threads, as much at once as the host allows, and counts those that succeed.
template <typename Call>
int successes(int threads, Call call) {
  std::atomic<int> ready{0}, succeeded{0};
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      ++ready;
      while (ready < threads) {
        std::this_thread::yield();
      }
      const std::int32_t status = call();
      EXPECT_TRUE(status == HB_UCP_SUCCESS || status == HB_UCP_TASK_HANDLE_INVALID) << status;
      if (status == HB_UCP_SUCCESS) {
        ++succeeded;
      }
    });
  }
  for (std::thread& thread : running) {
    thread.join();
  }
  return succeeded;
}

void expect_whole_pool() {
  std::array<FakeJob, 32> jobs;
  std::vector<hbUCPTaskHandle_t> tasks;
  for (FakeJob& job : jobs) {
    tasks.push_back(make_task(job));
  }
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_NE(task, nullptr);
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
}

constexpr int kRounds = 300;

TEST(Misuse, a_task_that_three_threads_submit_runs_once) {
  for (int round = 0; round < kRounds; ++round) {
    FakeJob job;
    const hbUCPTaskHandle_t task = make_task(job);
    EXPECT_EQ(successes(3, [&] { return submit(task); }), 1);
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    EXPECT_EQ(job.executions, 1);
  }
}

TEST(Misuse, a_task_that_three_threads_release_is_released_once) {
  for (int round = 0; round < kRounds; ++round) {
    FakeJob job;
    const hbUCPTaskHandle_t task = make_task(job);
    if (round % 2 == 0) {
      EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
    }
    EXPECT_EQ(successes(3, [&] { return hbUCPReleaseTask(task); }), 1);
    EXPECT_EQ(job.recycled, 1);
  }
  expect_whole_pool();
}

TEST(Misuse, a_task_that_is_released_while_another_thread_submits_it_runs_to_its_end_or_not_at_all) {
  for (int round = 0; round < kRounds; ++round) {
    FakeJob job;
    const hbUCPTaskHandle_t task = make_task(job);
    std::atomic<int> turn{0};
    successes(2, [&] { return turn++ == 0 ? submit(task) : hbUCPReleaseTask(task); });
    hbUCPReleaseTask(task);
    EXPECT_EQ(job.recycled, 1);
    EXPECT_LE(job.executions, 1);
  }
  expect_whole_pool();
}

TEST(Misuse, waiting_for_a_task_that_another_thread_releases_comes_to_an_end) {
  for (int round = 0; round < kRounds; ++round) {
    FakeJob job(100);
    const hbUCPTaskHandle_t task = make_task(job);
    EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
    std::atomic<int> turn{0};
    successes(3, [&] { return turn++ == 0 ? hbUCPReleaseTask(task) : hbUCPWaitTaskDone(task, 0); });
    EXPECT_EQ(job.recycled, 1);
  }
  expect_whole_pool();
}

TEST(Misuse, sub_tasks_that_are_added_while_the_task_is_submitted_belong_to_it_or_are_refused) {
  for (int round = 0; round < kRounds; ++round) {
    FakeJob first, second;
    hbUCPTaskHandle_t task = make_task(first);
    std::atomic<int> turn{0};
    std::atomic<bool> added{false};
    successes(2, [&] {
      if (turn++ == 0) {
        return submit(task);
      }
      hbUCPTaskHandle_t same = task;
      const std::int32_t status = hbm_sim_task_add(&same, &second);
      added = status == HB_UCP_SUCCESS;
      return status;
    });
    submit(task);
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    EXPECT_EQ(first.executions, 1);
    EXPECT_EQ(second.executions, added ? 1 : 0);
    EXPECT_EQ(second.recycled, added ? 1 : 0);
  }
}

TEST(Misuse, numbers_that_were_never_handles_are_refused) {
  for (const std::uintptr_t bits :
       {std::uintptr_t{1} << 63, std::uintptr_t{33}, std::uintptr_t{0xffff}, ~std::uintptr_t{0}}) {
    auto* const handle = reinterpret_cast<hbUCPTaskHandle_t>(bits);
    EXPECT_EQ(submit(handle), HB_UCP_TASK_HANDLE_INVALID);
    EXPECT_EQ(hbUCPWaitTaskDone(handle, 0), HB_UCP_TASK_HANDLE_INVALID);
    EXPECT_EQ(hbUCPReleaseTask(handle), HB_UCP_TASK_HANDLE_INVALID);
  }
}

}  // namespace
