// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// HBM_SIM_TRACE, read as a viewer reads it, while the process still runs: as after a crash.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "fake_job.hpp"

namespace {

using namespace hbm_sim_test;
using nlohmann::json;

json events() {
  std::string path = std::getenv("HBM_SIM_TRACE");
  path.replace(path.find("%p"), 2, std::to_string(getpid()));
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return json::parse(text.str() + "]");
}

std::vector<json> slices(const std::string& model) {
  std::vector<json> found;
  for (const json& event : events()) {
    if (event["ph"] == "X" && event["name"] == model) {
      found.push_back(event);
    }
  }
  return found;
}

void run(FakeJob& job, std::int32_t priority, std::uint64_t backend, std::int64_t custom_id) {
  const hbUCPTaskHandle_t task = make_task(job);
  EXPECT_EQ(submit(task, priority, backend, custom_id), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Trace, has_a_track_for_each_core_and_names_the_board) {
  FakeJob job;
  run(job, 0, HB_UCP_BPU_CORE_ANY, 0);
  std::string process;
  std::vector<std::string> tracks;
  for (const json& event : events()) {
    if (event["name"] == "process_name") {
      process = event["args"]["name"];
    }
    if (event["name"] == "thread_name") {
      tracks.push_back(event["args"]["name"]);
    }
  }
  EXPECT_EQ(process, "RDK S600 (simulated)");
  EXPECT_EQ(tracks, (std::vector<std::string>{"BPU core 0", "BPU core 1", "BPU core 2", "BPU core 3"}));
}

TEST(Trace, tells_of_a_task_its_model_priority_custom_id_core_and_time) {
  FakeJob job(3'000, 0, 1, true, "detector \"v2\"\\\n");
  const std::int64_t before = now_us();
  run(job, 7, HB_UCP_BPU_CORE_2, -5);
  const std::vector<json> found = slices("detector \"v2\"\\\n");
  ASSERT_EQ(found.size(), 1u);
  const json& slice = found[0];
  EXPECT_EQ(slice["tid"], 3);
  EXPECT_EQ(slice["pid"], getpid());
  EXPECT_DOUBLE_EQ(slice["dur"], 3'000.0);
  EXPECT_GE(slice["ts"], before);
  EXPECT_LE(slice["ts"], now_us());
  EXPECT_EQ(slice["args"]["priority"], 7);
  EXPECT_EQ(slice["args"]["customId"], -5);
  EXPECT_EQ(slice["args"]["piece"], 1);
  EXPECT_EQ(slice["args"]["preempted"], false);
  EXPECT_GE(slice["args"]["task"], 1);
}

TEST(Trace, shows_a_model_of_several_cores_on_each_of_them) {
  FakeJob job(0, 0, 2, false, "wide");
  run(job, 0, HB_UCP_BPU_CORE_1 | HB_UCP_BPU_CORE_3, 0);
  const std::vector<json> found = slices("wide");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]["tid"], 2);
  EXPECT_EQ(found[1]["tid"], 4);
  EXPECT_EQ(found[0]["args"]["task"], found[1]["args"]["task"]);
}

TEST(Trace, shows_the_pieces_of_a_preempted_task_and_what_came_between) {
  FakeJob background(20'000, 1'000, 1, true, "background"), urgent(2'000, 0, 1, true, "urgent");
  const hbUCPTaskHandle_t tasks[] = {make_task(background), make_task(urgent)};
  background.on_execute = [&] { EXPECT_EQ(submit(tasks[1], 255, HB_UCP_BPU_CORE_0), HB_UCP_SUCCESS); };
  EXPECT_EQ(submit(tasks[0], 0, HB_UCP_BPU_CORE_0), HB_UCP_SUCCESS);
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  }
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  const std::vector<json> pieces = slices("background");
  const std::vector<json> between = slices("urgent");
  ASSERT_EQ(pieces.size(), 2u);
  ASSERT_EQ(between.size(), 1u);
  EXPECT_EQ(pieces[0]["args"]["preempted"], true);
  EXPECT_EQ(pieces[1]["args"]["preempted"], false);
  EXPECT_EQ(pieces[1]["args"]["piece"], 2);
  const auto end = [](const json& slice) { return slice["ts"].get<double>() + slice["dur"].get<double>(); };
  constexpr double kRoundingUs = 0.01;
  EXPECT_NEAR(end(pieces[0]), between[0]["ts"].get<double>(), kRoundingUs);
  EXPECT_NEAR(end(between[0]), pieces[1]["ts"].get<double>(), kRoundingUs);
  EXPECT_NEAR(pieces[0]["dur"].get<double>() + pieces[1]["dur"].get<double>(), 20'000, kRoundingUs);
  // Whole function calls.
  EXPECT_NEAR(std::remainder(pieces[0]["dur"].get<double>(), 1'000), 0, kRoundingUs);
}

TEST(Trace, counts_what_waits_in_the_queue) {
  Gate all_submitted;
  FakeJob running;
  running.on_execute = all_submitted.wait();
  std::vector<hbUCPTaskHandle_t> tasks;
  std::vector<FakeJob> jobs(8);
  tasks.push_back(make_task(running));
  for (FakeJob& job : jobs) {
    tasks.push_back(make_task(job));
  }
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(submit(task, 0, HB_UCP_BPU_CORE_0), HB_UCP_SUCCESS);
  }
  all_submitted.open();
  for (const hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  int most = 0;
  for (const json& event : events()) {
    if (event["ph"] == "C") {
      most = std::max(most, event["args"]["tasks"].get<int>());
    }
  }
  // Three of the nine are given to the core ahead.
  EXPECT_EQ(most, 6);
}

}  // namespace
