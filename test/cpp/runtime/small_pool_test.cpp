// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"

// With HB_UCP_MAX_TASK_NUM=3.
namespace {

using hbm_test::awkward_control;
using hbm_test::run_once;
using Bytes = std::vector<std::uint8_t>;

class SmallPoolTest : public hbm_test::AwkwardTest {};

std::string models(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "model m" + std::to_string(i) + " latency_us=500\ninput x 3 4\noutput y 3 4\n";
  }
  return text;
}

void add_all(const hbm::ModelSet& set, const Bytes& input, hbm::Call* call) {
  for (const auto& model : set.models()) {
    hbm::CallPart& part = call->add_part(*model);
    part.scheduling = hbm::built_in_scheduling();
    part.inputs[0] = hbm_test::view_of(input, {4});
  }
}

TEST_F(SmallPoolTest, MoreModelsThanTasksRunInTurns) {
  const auto set = hbm_test::load(models(8));
  const Bytes input{1, 2, 3, 4};
  hbm::Call call;
  add_all(*set, input, &call);
  call.start(set, hbm::Deadline::max());
  call.finish();
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(hbm_test::bytes_of(call.part(i).results[0], 1), input);
  }
  call.clear();
  EXPECT_LE(awkward_control().most_tasks(), 3);
}

TEST_F(SmallPoolTest, CallsThatEachNeedAllTasksDoNotBlockEachOther) {
  const auto set = hbm_test::load(models(3));
  const Bytes input{1, 2, 3, 4};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        if (t % 2 == 0) {
          run_once(set, "m0", input, {4});
          continue;
        }
        hbm::Call call;
        add_all(*set, input, &call);
        call.start(set, hbm::Deadline::max());
        call.finish();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(awkward_control().most_tasks(), 3);
}

TEST_F(SmallPoolTest, ATimeLimitHoldsWhileWaitingForATaskToo) {
  const auto set = hbm_test::load("model slow latency_us=200000\ninput x 3 4\noutput y 3 4\n");
  const Bytes input{1, 2, 3, 4};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] { run_once(set, "slow", input, {4}); });
  }
  while (awkward_control().live_tasks() < 3) {
    std::this_thread::yield();
  }
  hbm::Call call;
  add_all(*set, input, &call);
  EXPECT_THROW(call.start(set, hbm::Clock::now() + std::chrono::milliseconds(10)), hbm::TimeoutError);
  call.clear();
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(run_once(set, "slow", input, {4}), input) << "the line must have closed behind who left it";
}

// The same process may use the libraries beside us, and hold tasks that we do not know of.
TEST_F(SmallPoolTest, TasksHeldByOtherCodeAreAnErrorOnlyWhenNoneOfOursEnds) {
  const auto set = hbm_test::load(models(1));
  const hbm::ApiTable& api = hbm::Device::instance().api();
  const hbm::Model& model = *set->models()[0];
  hbm::BlockRef block = hbm::Device::instance().buffers().acquire(4, 0, "m0");
  hbDNNTensor input = {block->memory(), model.inputs()[0].info.properties};
  hbDNNTensor output = {block->memory(), model.outputs()[0].info.properties};
  std::vector<hbUCPTaskHandle_t> foreign(3, nullptr);
  for (hbUCPTaskHandle_t& task : foreign) {
    ASSERT_EQ(api.hbDNNInferV2(&task, &output, &input, model.handle()), 0);
    ASSERT_NE(task, nullptr);
  }
  try {
    run_once(set, "m0", {1, 2, 3, 4}, {4});
    ADD_FAILURE() << "no error";
  } catch (const hbm::DeviceError& error) {
    EXPECT_EQ(error.code(), HB_UCP_TASK_NUMBER_EXCEED_LIMIT);
  }
  api.hbUCPReleaseTask(foreign.back());
  foreign.pop_back();
  std::vector<std::thread> threads;
  std::atomic<int> errors{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        try {
          run_once(set, "m0", {1, 2, 3, 4}, {4});
        } catch (const hbm::DeviceError&) {
          ++errors;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(errors, 0) << "one task was left for three threads: they take turns";
  for (hbUCPTaskHandle_t task : foreign) {
    api.hbUCPReleaseTask(task);
  }
}

}  // namespace
