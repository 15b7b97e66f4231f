// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/call.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::run_once;
using Bytes = std::vector<std::uint8_t>;

class CallTest : public hbm_test::AwkwardTest {};

Bytes counted(std::size_t count, int from = 1) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(from));
  return bytes;
}

TEST_F(CallTest, WhatGoesInThroughPaddedRowsComesOutOfPaddedRows) {
  const auto set =
      hbm_test::load("model echo\ninput x 3 1,5,7,1 stride=-1,-1,1,1\noutput y 3 1,5,7,1 stride=1280,256,1,1\n");
  EXPECT_EQ(run_once(set, "echo", counted(35), {1, 5, 7, 1}), counted(35));
}

TEST_F(CallTest, InputPaddingIsZeroThoughFreshMemoryHoldsGarbage) {
  const auto set = hbm_test::load("model raw\ninput x 3 2,3 stride=64,1 bytes=192\noutput y 3 2,3\n");
  const hbm::Model& model = *set->models()[0];
  const hbm::InputBuffer buffer = hbm::make_input_buffer(model, model.inputs()[0].layout, 0);
  ASSERT_EQ(buffer.layout.bytes, 192);
  const auto* bytes = static_cast<const std::uint8_t*>(buffer.block->data());
  EXPECT_EQ(std::count(bytes, bytes + 192, 0), 192);
}

TEST_F(CallTest, ResultsAreIndependentOfLaterCalls) {
  const auto set = hbm_test::load("model echo\ninput x 3 1,16\noutput y 3 1,16\n");
  hbm::Call first;
  hbm::CallPart& part = first.add_part(*set->models()[0]);
  part.scheduling = hbm::built_in_scheduling();
  const Bytes ones(16, 1);
  part.inputs[0] = hbm_test::view_of(ones, {1, 16});
  first.start(set, hbm::Deadline::max());
  first.finish();
  for (int i = 2; i < 10; ++i) {
    run_once(set, "echo", Bytes(16, static_cast<std::uint8_t>(i)), {1, 16});
  }
  EXPECT_EQ(hbm_test::bytes_of(part.results[0], 1), ones);
}

TEST_F(CallTest, AResultOutlivesTheModels) {
  hbm::OutputResult result;
  hbm::TensorLayout layout;
  {
    const auto set = hbm_test::load("model echo\ninput x 3 1,16\noutput y 3 1,16\n");
    hbm::Call call;
    hbm::CallPart& part = call.add_part(*set->models()[0]);
    part.scheduling = hbm::built_in_scheduling();
    const Bytes input = counted(16);
    part.inputs[0] = hbm_test::view_of(input, {1, 16});
    call.start(set, hbm::Deadline::max());
    call.finish();
    layout = *part.results[0].layout;
    result.block = part.results[0].block;
    set->close();
  }
  result.layout = &layout;
  EXPECT_EQ(hbm_test::bytes_of(result, 1), counted(16));
}

TEST_F(CallTest, NothingIsAllocatedOnceCallsAreUnderWay) {
  const auto set = hbm_test::load("model echo\ninput x 3 1,16\noutput y 3 1,16\n");
  for (int i = 0; i < 10; ++i) {
    run_once(set, "echo", counted(16), {1, 16});
  }
  const std::int64_t allocations = awkward_control().allocation_count();
  for (int i = 0; i < 500; ++i) {
    run_once(set, "echo", counted(16), {1, 16});
  }
  EXPECT_EQ(awkward_control().allocation_count(), allocations);
}

TEST_F(CallTest, ModelsOfOneCallRunTogether) {
  const auto set = hbm_test::load(
      "model a\ninput x 3 4\noutput y 3 4\nmodel b\ninput x 3 4\noutput y 3 4\nmodel c\ninput x 3 4\noutput y 3 4\n");
  hbm::Call call;
  std::vector<Bytes> inputs;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(counted(4, 10 * i));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    hbm::CallPart& part = call.add_part(*set->models()[i]);
    part.scheduling = hbm::built_in_scheduling();
    part.inputs[0] = hbm_test::view_of(inputs[i], {4});
  }
  call.start(set, hbm::Deadline::max());
  EXPECT_EQ(awkward_control().live_tasks(), 3);
  call.finish();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(hbm_test::bytes_of(call.part(i).results[0], 1), inputs[i]);
  }
}

TEST_F(CallTest, CallsFromManyThreadsKeepTheirOwnResults) {
  const auto set = hbm_test::load("model echo\ninput x 3 1,16\noutput y 3 1,16\n");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const Bytes input = counted(16, t * 50 + i % 50);
        wrong += run_once(set, "echo", input, {1, 16}) == input ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(CallTest, AModelSetDroppedDuringACallLivesUntilItsEnd) {
  auto set = hbm_test::load("model slow latency_us=20000\ninput x 3 4\noutput y 3 4\n");
  hbm::Call call;
  hbm::CallPart& part = call.add_part(*set->models()[0]);
  part.scheduling = hbm::built_in_scheduling();
  const Bytes input = counted(4);
  part.inputs[0] = hbm_test::view_of(input, {4});
  call.start(set, hbm::Deadline::max());
  set->close();
  set.reset();
  call.finish();
  EXPECT_EQ(hbm_test::bytes_of(part.results[0], 1), input);
  call.clear();
}

TEST_F(CallTest, AClosedSetStartsNoCall) {
  const auto set = hbm_test::load("model echo\ninput x 3 4\noutput y 3 4\n");
  set->close();
  EXPECT_THROW(run_once(set, "echo", counted(4), {4}), hbm::StateError);
}

}  // namespace
