// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Four cores, declared times hold. Bounds are ratios, wide enough for a busy machine.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

constexpr std::int64_t kLatencyUs = 20'000;

class Batch {
 public:
  FakeJob& add(std::int64_t latency_us, std::int32_t priority, std::uint64_t backend,
               std::int64_t max_time_per_fc_us = 0, std::int32_t cores = 1,
               std::function<void()> on_execute = nullptr) {
    jobs_.push_back(std::make_unique<FakeJob>(latency_us, max_time_per_fc_us, cores));
    jobs_.back()->on_execute = std::move(on_execute);
    tasks_.push_back(make_task(*jobs_.back()));
    EXPECT_EQ(submit(tasks_.back(), priority, backend), HB_UCP_SUCCESS);
    return *jobs_.back();
  }
  void wait() {
    for (const hbUCPTaskHandle_t task : tasks_) {
      EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
    }
  }
  ~Batch() {
    for (const hbUCPTaskHandle_t task : tasks_) {
      EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    }
  }

 private:
  std::vector<std::unique_ptr<FakeJob>> jobs_;
  std::vector<hbUCPTaskHandle_t> tasks_;
};

std::int64_t time_us(const std::function<void(Batch&)>& fill) {
  Batch batch;
  const std::int64_t start = now_us();
  fill(batch);
  batch.wait();
  return now_us() - start;
}

TEST(Cores, four_tasks_take_the_time_of_one) {
  time_us([](Batch& batch) { batch.add(0, 0, HB_UCP_BPU_CORE_ANY); });  // starts the cores' threads
  EXPECT_TRUE(sometimes([] {
    const std::int64_t elapsed = time_us([](Batch& batch) {
      for (int i = 0; i < 4; ++i) {
        batch.add(kLatencyUs, 0, HB_UCP_BPU_CORE_ANY);
      }
    });
    EXPECT_GE(elapsed, kLatencyUs);
    return elapsed < kLatencyUs * 3 / 2;
  }));
}

TEST(Cores, tasks_of_one_mask_share_its_core) {
  const std::int64_t elapsed = time_us([](Batch& batch) {
    for (int i = 0; i < 3; ++i) {
      batch.add(kLatencyUs, 0, HB_UCP_BPU_CORE_1);
    }
  });
  EXPECT_GE(elapsed, 3 * kLatencyUs);
}

TEST(Cores, sub_tasks_of_one_task_run_side_by_side) {
  EXPECT_TRUE(sometimes([] {
    std::vector<std::unique_ptr<FakeJob>> jobs;
    hbUCPTaskHandle_t task = nullptr;
    for (int i = 0; i < 4; ++i) {
      jobs.push_back(std::make_unique<FakeJob>(kLatencyUs));
      EXPECT_EQ(hbm_sim_task_add(&task, jobs.back().get()), HB_UCP_SUCCESS);
    }
    const std::int64_t start = now_us();
    EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
    EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
    const std::int64_t elapsed = now_us() - start;
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
    return elapsed < kLatencyUs * 3 / 2;
  }));
}

TEST(Cores, that_are_free_are_chosen_before_those_that_have_declared_work) {
  Gate all_added;
  Batch batch;
  for (const std::uint64_t core : {HB_UCP_BPU_CORE_0, HB_UCP_BPU_CORE_1, HB_UCP_BPU_CORE_3}) {
    batch.add(kLatencyUs, 0, core, 0, 1, all_added.wait());
  }
  const FakeJob& free_choice = batch.add(0, 0, HB_UCP_BPU_CORE_ANY);
  const FakeJob& of_two = batch.add(0, 0, HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_2);
  all_added.open();
  batch.wait();
  EXPECT_EQ(free_choice.executed_on, 2);
  EXPECT_EQ(of_two.executed_on, 2);
}

TEST(Cores, a_mask_decides_where_a_task_runs) {
  Batch batch;
  const FakeJob& job = batch.add(0, 0, HB_UCP_BPU_CORE_3);
  batch.wait();
  EXPECT_EQ(job.executed_on, 3);
}

TEST(Cores, masks_of_cores_that_do_not_exist_are_refused) {
  FakeJob job;
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task, 0, 1u << 4), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, 1u << 8), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, HB_UCP_CORE_ANY), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(SeveralCores, need_a_mask_of_exactly_as_many) {
  FakeJob job(0, 0, 2);
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_ANY), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, HB_UCP_CORE_ANY), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_0), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1 | HB_UCP_BPU_CORE_2), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_1 | HB_UCP_BPU_CORE_3), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(SeveralCores, are_occupied_together) {
  const std::uint64_t both = HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1;
  const std::int64_t elapsed = time_us([&](Batch& batch) {
    batch.add(kLatencyUs, 0, HB_UCP_BPU_CORE_0);
    batch.add(kLatencyUs, 0, both, 0, 2);
    batch.add(kLatencyUs, 0, HB_UCP_BPU_CORE_1);
  });
  EXPECT_GE(elapsed, 3 * kLatencyUs);
}

TEST(SeveralCores, are_not_starved_by_tasks_of_one) {
  Gate all_added;
  Batch batch;
  for (int i = 0; i < 6; ++i) {
    batch.add(2'000, 0, HB_UCP_BPU_CORE_0, 0, 1, all_added.wait());
  }
  all_added.wait_until_reached();
  FakeJob& wide = batch.add(1'000, 10, HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1, 0, 2);
  int narrow_before = -1;
  std::atomic<int> narrow{0};
  wide.on_execute = [&] { narrow_before = narrow; };
  for (int i = 0; i < 12; ++i) {
    batch.add(2'000, 0, HB_UCP_BPU_CORE_0, 0, 1, [&] { ++narrow; });
  }
  all_added.open();
  batch.wait();
  EXPECT_EQ(narrow_before, 0);
}

TEST(SeveralCores, yield_to_a_preempting_task_on_one_of_them_and_go_on_together) {
  EXPECT_TRUE(sometimes([] {
    Batch batch;
    FakeJob& wide = batch.add(40'000, 0, HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1, 1'000, 2);
    while (wide.executions == 0) {
      std::this_thread::yield();
    }
    const std::int64_t urgent = time_us([](Batch& other) { other.add(5'000, 255, HB_UCP_BPU_CORE_1); });
    const std::int64_t behind = time_us([](Batch& other) { other.add(0, 0, HB_UCP_BPU_CORE_0); });
    batch.wait();
    return urgent < 20'000 && behind >= 15'000;
  }));
}

TEST(SeveralCores, a_hammer_of_all_kinds_comes_to_an_end) {
  for (int round = 0; round < 20; ++round) {
    Batch batch;
    for (int i = 0; i < 24; ++i) {
      const std::int32_t priority = i % 5 == 0 ? 255 : i % 7 == 0 ? 254 : i;
      if (i % 3 == 0) {
        batch.add(400, priority, (1u << (i % 4)) | (1u << ((i + 1) % 4)), 100, 2);
      } else if (i % 11 == 0) {
        batch.add(400, priority, 0xf, 100, 4);
      } else {
        batch.add(300, priority, HB_UCP_BPU_CORE_ANY, 100);
      }
    }
    batch.wait();
  }
}

}  // namespace
