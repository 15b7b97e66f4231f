// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Each allocation of the runtime fails, in each way to use a model. The failure is reported as std::bad_alloc, nothing
// is left behind, and the next call works. The library's own allocations do not fail: what it reports is tested
// elsewhere.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"
#include "heap/failing_heap.hpp"
#include "runtime/pending_call.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::release_everything;
using hbm_test::SparedAllocations;
using Bytes = std::vector<std::uint8_t>;
using Set = std::shared_ptr<hbm::ModelSet>;

const Bytes kFour = {1, 2, 3, 4};
const Bytes kSix = {1, 2, 3, 4, 5, 6};

template <auto kFunction>
struct Spared;

/// The function of the library, without failing allocations.
template <typename Result, typename... Arguments, Result (*hbm::ApiTable::*kFunction)(Arguments...)>
struct Spared<kFunction> {
  static inline Result (*original)(Arguments...) = nullptr;
  static Result call(Arguments... arguments) {
    const SparedAllocations spared;
    return original(arguments...);
  }
  static void put_into(hbm::ApiTable* table) {
    original = table->*kFunction;
    table->*kFunction = original != nullptr ? &call : nullptr;
  }
};

void spare_the_library() {
  auto* table = const_cast<hbm::ApiTable*>(&hbm::Device::instance().api());
#define HBM_SPARE(name) Spared<&hbm::ApiTable::name>::put_into(table);
  HBM_DNN_REQUIRED_FUNCTIONS(HBM_SPARE)
  HBM_UCP_REQUIRED_FUNCTIONS(HBM_SPARE)
  HBM_DNN_OPTIONAL_FUNCTIONS(HBM_SPARE)
  HBM_UCP_OPTIONAL_FUNCTIONS(HBM_SPARE)
#undef HBM_SPARE
}

const std::string& file() {
  static const hbm_test::ModelFile model_file(
      "awkward two\nmodel fixed\ninput x 3 4\noutput y 3 4\nmodel dynamic\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 "
      "stride=-1,1\n");
  return model_file.path();
}

hbm::InputView view_of(const Bytes& input, const std::vector<std::int64_t>& shape) {
  const SparedAllocations spared;
  return hbm_test::view_of(input, shape);
}

void fill(hbm::Call* call, const Set& set, const char* model, const hbm::InputView& view) {
  hbm::CallPart& part = call->add_part([&]() -> const hbm::Model& {
    const SparedAllocations spared;
    return hbm_test::model_of(*set, model);
  }());
  part.scheduling = hbm::built_in_scheduling();
  part.inputs[0] = view;
}

void expect_result(hbm::Call* call, std::size_t part, const Bytes& expected) {
  const SparedAllocations spared;
  EXPECT_EQ(hbm_test::bytes_of(call->part(part).results[0], 1), expected);
}

void run_one(const Set& set, const char* model, const hbm::InputView& view, const Bytes& expected) {
  hbm::Call call;
  fill(&call, set, model, view);
  call.start(set, hbm::Deadline::max());
  call.finish();
  expect_result(&call, 0, expected);
}

void run_fixed(const Set& set) { run_one(set, "fixed", view_of(kFour, {4}), kFour); }

void run_dynamic(const Set& set) { run_one(set, "dynamic", view_of(kSix, {1, 6}), kSix); }

void run_both(const Set& set) {
  hbm::Call call;
  fill(&call, set, "fixed", view_of(kFour, {4}));
  fill(&call, set, "dynamic", view_of(kSix, {1, 6}));
  call.start(set, hbm::Deadline::max());
  call.finish();
  expect_result(&call, 0, kFour);
  expect_result(&call, 1, kSix);
}

/// A request that is started, polled, and waited for until `deadline`.
void run_started(const Set& set, hbm::Deadline deadline) {
  const auto pending = std::make_shared<hbm::PendingCall>(std::make_shared<hbm::Call>(), "test: ");
  pending->claim();
  try {
    fill(&pending->call(), set, "fixed", view_of(kFour, {4}));
    pending->start(set, hbm::Deadline::max());
    if (deadline != hbm::Deadline::max()) {
      pending->done();
    }
    EXPECT_TRUE(pending->wait(deadline));
    pending->check();
    expect_result(&pending->call(), 0, kFour);
    pending->call().clear();
    pending->reset();
  } catch (...) {
    pending->abandon();
    throw;
  }
}

void load_and_unload(const Set&) { EXPECT_EQ(hbm::ModelSet::load({file()})->models().size(), 2U); }

struct Use {
  const char* name;
  std::function<void(const Set&)> run;
};

class OutOfMemoryTest : public hbm_test::AwkwardTest, public testing::WithParamInterface<Use> {};

std::ptrdiff_t thread_count() {
  const SparedAllocations spared;
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// Uses a model twice; the first use fails at this allocation. Returns whether there was one.
bool fail_at(const Use& use, int position) {
  const Set set = hbm::ModelSet::load({file()});
  bool failed = false;
  bool fired = false;
  hbm_fail_allocation(position);
  try {
    use.run(set);
    fired = !hbm_fail_no_allocation();
  } catch (const std::bad_alloc&) {
    fired = !hbm_fail_no_allocation();
    failed = true;
  } catch (const std::exception& error) {
    fired = !hbm_fail_no_allocation();
    ADD_FAILURE() << error.what();
  }
  EXPECT_TRUE(fired || !failed);
  use.run(set);
  return fired;
}

TEST_P(OutOfMemoryTest, AtEachAllocation) {
  static const bool spared = (hbm_test::load("model first\ninput x 3 4\noutput y 3 4\n"), spare_the_library(), true);
  ASSERT_TRUE(spared);
  const Use& use = GetParam();
  for (int i = 0; i < 3; ++i) {
    fail_at(use, 1 << 30);
    release_everything();
  }
  std::ptrdiff_t threads = thread_count();
  std::int64_t least_live = hbm_live_allocations();
  int positions = 0;
  while (!HasFailure() && fail_at(use, positions)) {
    release_everything();
    // Another thread of the runtime stays, with memory of its own.
    if (threads != thread_count()) {
      threads = thread_count();
      least_live = hbm_live_allocations();
    }
    // One of them may be about to drop what it has released.
    const hbm::Deadline limit = hbm::Clock::now() + std::chrono::seconds(20);
    while (hbm_live_allocations() > least_live && hbm::Clock::now() < limit) {
      std::this_thread::yield();
    }
    EXPECT_LE(hbm_live_allocations(), least_live)
        << "after allocation " << positions << " of " << use.name << " failed";
    least_live = std::min(least_live, hbm_live_allocations());
    EXPECT_EQ(awkward_control().live_tasks(), 0) << positions;
    EXPECT_EQ(awkward_control().live_allocations(), 0) << positions;
    ++positions;
  }
  std::cout << positions << " failures injected" << std::endl;
  EXPECT_GT(positions, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Uses, OutOfMemoryTest,
    testing::Values(Use{"load_and_unload", load_and_unload}, Use{"run_fixed", run_fixed},
                    Use{"run_dynamic", run_dynamic}, Use{"run_both", run_both},
                    Use{"run_started", [](const Set& set) { run_started(set, hbm::Deadline::max()); }},
                    Use{"run_started_with_a_time_limit",
                        [](const Set& set) { run_started(set, hbm::Clock::now() + std::chrono::seconds(60)); }}),
    [](const testing::TestParamInfo<Use>& test) { return std::string(test.param.name); });

}  // namespace
