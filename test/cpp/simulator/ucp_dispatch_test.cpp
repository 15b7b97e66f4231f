// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// HBM_SIM_DISPATCH_AHEAD=1 and HBM_SIM_TIMING=host, the SoC with one core.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;

TEST(DispatchAhead, of_one_lets_an_ordinary_priority_pass_all_but_the_running_task) {
  std::string order;
  Gate all_submitted;
  FakeJob running, low, high;
  running.on_execute = all_submitted.wait();
  low.on_execute = [&] { order += "low "; };
  high.on_execute = [&] { order += "high "; };
  const hbUCPTaskHandle_t tasks[] = {make_task(running), make_task(low), make_task(high)};
  EXPECT_EQ(submit(tasks[0]), HB_UCP_SUCCESS);
  all_submitted.wait_until_reached();
  EXPECT_EQ(submit(tasks[1], 1), HB_UCP_SUCCESS);
  EXPECT_EQ(submit(tasks[2], 2), HB_UCP_SUCCESS);
  all_submitted.open();
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  EXPECT_EQ(order, "high low ");
}

std::int64_t elapsed_us(FakeJob& job) {
  const std::int64_t start = now_us();
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  const std::int64_t elapsed = now_us() - start;
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  return elapsed;
}

TEST(HostTiming, lets_a_network_take_as_long_as_it_computes_and_a_timed_model_what_it_declares) {
  EXPECT_TRUE(sometimes([] {
    FakeJob network(100'000);
    return elapsed_us(network) < 50'000;
  }));
  FakeJob timed(100'000, 0, 1, true);
  EXPECT_GE(elapsed_us(timed), 100'000);
}

TEST(Latency, that_is_declared_includes_what_was_computed_meanwhile) {
  EXPECT_TRUE(sometimes([] {
    FakeJob timed(60'000, 0, 1, true);
    timed.on_execute = [] { std::this_thread::sleep_for(std::chrono::milliseconds(30)); };
    const std::int64_t elapsed = elapsed_us(timed);
    EXPECT_GE(elapsed, 60'000);
    return elapsed < 85'000;
  }));
}

TEST(Latency, of_tasks_in_a_row_does_not_add_up_the_hosts_delays) {
  // Each begins when the one before ended on the device, however late the host woke the core's thread.
  std::vector<std::unique_ptr<FakeJob>> jobs;
  std::vector<hbUCPTaskHandle_t> tasks;
  const std::int64_t busy_before = hbm_sim_core_busy_us(0);
  const std::int64_t start = now_us();
  for (int i = 0; i < 30; ++i) {
    jobs.push_back(std::make_unique<FakeJob>(2'000, 0, 1, true));
    tasks.push_back(make_task(*jobs.back()));
    EXPECT_EQ(submit(tasks.back()), HB_UCP_SUCCESS);
  }
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  }
  const std::int64_t elapsed = now_us() - start;
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  EXPECT_GE(elapsed, 60'000);
  EXPECT_EQ(hbm_sim_core_busy_us(0) - busy_before, 60'000);
}

}  // namespace
