// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// A device that does not complete a task in time, completes it when nobody waits any more, or twice. Its buffers stay
// reserved until it returns them, and nothing of it stays afterwards. How the waits end:
// test/core/test_hanging_device.py.
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"
#include "runtime/pending_call.hpp"

namespace {

using hbm_test::awkward_control;
using Bytes = std::vector<std::uint8_t>;
using Set = std::shared_ptr<hbm::ModelSet>;

std::shared_ptr<hbm::PendingCall> start(const Set& set, const Bytes& input = hbm_test::kEchoInput) {
  auto pending = std::make_shared<hbm::PendingCall>(std::make_shared<hbm::Call>(), "test: ");
  pending->claim();
  hbm::CallPart& part = pending->call().add_part(*set->models()[0]);
  part.scheduling = hbm::built_in_scheduling();
  part.inputs[0] = hbm_test::view_of(input, {4});
  pending->start(set, hbm::Deadline::max());
  return pending;
}

void expect_time_out(const std::shared_ptr<hbm::PendingCall>& pending) {
  EXPECT_FALSE(pending->wait(hbm::Clock::now() + std::chrono::milliseconds(1)));
}

template <typename Condition>
void wait_until(const Condition& condition) {
  const hbm::Deadline limit = hbm::Clock::now() + std::chrono::seconds(20);
  while (!condition() && hbm::Clock::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(condition());
}

bool is_nothing_left() { return awkward_control().live_tasks() == 0 && awkward_control().live_allocations() == 0; }

class HangingDeviceTest : public hbm_test::AwkwardTest {};

TEST_F(HangingDeviceTest, ATaskThatNeverCompletesKeepsItsBuffersWhateverBecomesOfItsCallerAndModel) {
  Set set = hbm_test::load(hbm_test::kEcho);
  awkward_control().hold(true);
  std::vector<std::shared_ptr<hbm::PendingCall>> calls = {start(set), start(set)};
  calls[0]->abandon();
  expect_time_out(calls[1]);
  const std::int64_t reserved = awkward_control().live_allocations();
  calls.clear();
  set->close();
  set.reset();
  EXPECT_EQ(awkward_control().live_tasks(), 2);
  EXPECT_EQ(awkward_control().live_allocations(), reserved);
  awkward_control().hold(false);
  wait_until(is_nothing_left);
}

TEST_F(HangingDeviceTest, ATaskThatCompletesAfterItsTimeLimitAnswersTheNextWait) {
  const Set set = hbm_test::load(hbm_test::kEcho);
  awkward_control().hold(true);
  const auto pending = start(set);
  expect_time_out(pending);
  expect_time_out(pending);
  awkward_control().hold(false);
  ASSERT_TRUE(pending->wait(hbm::Clock::now() + std::chrono::seconds(20)));
  pending->check();
  EXPECT_EQ(hbm_test::bytes_of(pending->call().part(0).results[0], 1), hbm_test::kEchoInput);
}

TEST_F(HangingDeviceTest, ATaskThatCompletesTwiceWritesIntoBuffersThatAreStillItsOwn) {
  const Set set = hbm_test::load(hbm_test::kEcho);
  awkward_control().complete_twice(true);
  std::vector<std::shared_ptr<hbm::PendingCall>> calls;
  for (std::uint8_t i = 0; i < 20; ++i) {
    const Bytes input(4, i);
    calls.push_back(start(set, input));
    ASSERT_TRUE(calls.back()->wait(hbm::Deadline::max()));
    calls.back()->check();
    // Results that are kept, and results that are dropped at once.
    if (i % 2 == 0) {
      EXPECT_EQ(hbm_test::bytes_of(calls.back()->call().part(0).results[0], 1), input);
      calls.pop_back();
    }
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(hbm_test::bytes_of(calls[i]->call().part(0).results[0], 1),
              Bytes(4, static_cast<std::uint8_t>(2 * i + 1)));
  }
}

TEST_F(HangingDeviceTest, ATaskThatCompletesWhenItsCallerIsGoneIsReleasedByTheRuntime) {
  for (const bool is_closed_first : {false, true}) {
    Set set = hbm_test::load(hbm_test::kEcho);
    awkward_control().hold(true);
    start(set)->abandon();
    if (is_closed_first) {
      set->close();
    }
    awkward_control().hold(false);
    set.reset();
    wait_until([] {
      hbm::Device::instance().tasks().release_orphans();
      return is_nothing_left();
    });
  }
}

}  // namespace
