// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Each function of the C API fails, with each status, at each of its calls, in each way to use a model. The failure is
// reported with its status, function and model; nothing is left behind; and the next call works.
#include <atomic>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"
#include "runtime/pending_call.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::release_everything;
using hbm_test::run_once;
using Bytes = std::vector<std::uint8_t>;
using Set = std::shared_ptr<hbm::ModelSet>;

constexpr const char* kTwoModels =
    "awkward two\nmodel fixed\ninput x 3 4\noutput y 3 4\nmodel dynamic\ninput x 3 -1,6 stride=-1,1\noutput y 3 -1,6 "
    "stride=-1,1\n";
const Bytes kFour = {1, 2, 3, 4};
const Bytes kSix = {1, 2, 3, 4, 5, 6};

constexpr const char* kFunctions[] = {
    "hbDNNInitializeFromFiles",
    "hbDNNRelease",
    "hbDNNGetModelNameList",
    "hbDNNGetModelHandle",
    "hbDNNGetModelDesc",
    "hbDNNGetHBMDesc",
    "hbDNNGetInputCount",
    "hbDNNGetOutputCount",
    "hbDNNGetInputName",
    "hbDNNGetOutputName",
    "hbDNNGetInputTensorProperties",
    "hbDNNGetOutputTensorProperties",
    "hbDNNGetInputDesc",
    "hbDNNGetOutputDesc",
    "hbDNNInferV2",
    "hbDNNGetTaskOutputTensorProperties",
    "hbUCPMallocCached",
    "hbUCPFree",
    "hbUCPMemFlush",
    "hbUCPSubmitTask",
    "hbUCPWaitTaskDone",
    "hbUCPReleaseTask",
};

// One of each group, what boards were seen to answer, and numbers that no header defines.
constexpr std::int32_t kStatuses[] = {-100001, -100002, -100004, -200001, -200002, -200003,  -200004,
                                      -300002, -400001, -400003, -400004, -500001, -600001,  -600002,
                                      -600003, -600004, -700001, -1,      1,       INT32_MIN};

void expect(bool right) {
  if (!right) {
    throw std::logic_error("wrong result");
  }
}

void run_fixed(const Set& set) { expect(run_once(set, "fixed", kFour, {4}) == kFour); }

void run_dynamic(const Set& set) { expect(run_once(set, "dynamic", kSix, {1, 6}) == kSix); }

void fill(hbm::Call* call, const Set& set, const char* model, const Bytes& input,
          const std::vector<std::int64_t>& shape) {
  hbm::CallPart& part = call->add_part(hbm_test::model_of(*set, model));
  part.scheduling = hbm::built_in_scheduling();
  part.inputs[0] = hbm_test::view_of(input, shape);
}

void run_both(const Set& set) {
  hbm::Call call;
  fill(&call, set, "fixed", kFour, {4});
  fill(&call, set, "dynamic", kSix, {1, 6});
  call.start(set, hbm::Deadline::max());
  call.finish();
  expect(hbm_test::bytes_of(call.part(0).results[0], 1) == kFour);
  expect(hbm_test::bytes_of(call.part(1).results[0], 1) == kSix);
}

// A request that is started, another inference meanwhile, and the wait for the first.
void run_started(const Set& set) {
  const auto pending = std::make_shared<hbm::PendingCall>(std::make_shared<hbm::Call>(), "test: ");
  pending->claim();
  fill(&pending->call(), set, "fixed", kFour, {4});
  try {
    pending->start(set, hbm::Deadline::max());
    run_dynamic(set);
    expect(pending->wait(hbm::Clock::now() + std::chrono::seconds(60)));
    pending->check();
    expect(hbm_test::bytes_of(pending->call().part(0).results[0], 1) == kFour);
    pending->call().clear();
    pending->reset();
  } catch (...) {
    pending->abandon();
    throw;
  }
}

// Where one call of one thread fails, the others' results are right.
void run_on_four_threads(const Set& set) {
  std::exception_ptr error;
  std::atomic<int> errors{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        run_fixed(set);
      } catch (...) {
        if (errors.fetch_add(1) == 0) {
          error = std::current_exception();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  expect(errors <= 1);
  if (error != nullptr) {
    std::rethrow_exception(error);
  }
}

void load_and_unload(const Set&) {
  const Set set = hbm_test::load(kTwoModels);
  expect(set->models().size() == 2);
}

struct Use {
  const char* name;
  std::function<void(const Set&)> run;
};

class EveryCallCanFailTest : public hbm_test::AwkwardTest, public testing::WithParamInterface<Use> {};

// Whether the runtime may continue: what it gives back is gone in any case; memory is requested again after idle memory
// was freed; where the library has no task left, the runtime waits for one; and a model with dynamic outputs runs again
// with more memory.
bool may_continue(const std::string& function, std::int32_t status) {
  return function == "hbDNNRelease" || function == "hbUCPFree" || function == "hbUCPReleaseTask" ||
         function == "hbUCPMallocCached" || (function == "hbDNNInferV2" && status == HB_UCP_TASK_NUMBER_EXCEED_LIMIT) ||
         (function == "hbUCPWaitTaskDone" && status == HB_UCP_TASK_RUN_FAILED);
}

TEST_P(EveryCallCanFailTest, WithEachStatusAtEachPosition) {
  const Use& use = GetParam();
  int positions = 0;
  for (const char* function : kFunctions) {
    for (const std::int32_t status : kStatuses) {
      bool fired = true;
      for (int position = 0; fired; ++position) {
        const std::string place = std::string(function) + " returns " + std::to_string(status) + " at call " +
                                  std::to_string(position) + " of " + use.name;
        {
          const Set set = hbm_test::load(kTwoModels);
          awkward_control().fail_at(function, status, position);
          bool failed = false;
          try {
            use.run(set);
          } catch (const hbm::DeviceError& error) {
            failed = true;
            EXPECT_EQ(error.code(), status) << place;
            EXPECT_EQ(error.function(), function) << place;
            EXPECT_TRUE(!error.model().empty() || std::string(error.what()).find(".hbm'") != std::string::npos)
                << place;
          } catch (const std::exception& error) {
            ADD_FAILURE() << place << ": " << error.what();
          }
          fired = awkward_control().fail_no_more(function) == 0;
          EXPECT_TRUE(failed ? fired : !fired || may_continue(function, status)) << place;
          try {
            use.run(set);
          } catch (const std::exception& error) {
            ADD_FAILURE() << "after " << place << ": " << error.what();
          }
        }
        release_everything();
        EXPECT_EQ(awkward_control().live_tasks(), 0) << place;
        EXPECT_EQ(awkward_control().live_allocations(), 0) << place;
        if (HasFailure()) {
          return;
        }
        positions += fired ? 1 : 0;
      }
    }
  }
  std::cout << positions << " failures injected" << std::endl;
  EXPECT_GT(positions, 0);
}

INSTANTIATE_TEST_SUITE_P(Uses, EveryCallCanFailTest,
                         testing::Values(Use{"load_and_unload", load_and_unload}, Use{"run_fixed", run_fixed},
                                         Use{"run_dynamic", run_dynamic}, Use{"run_both", run_both},
                                         Use{"run_started", run_started},
                                         Use{"run_on_four_threads", run_on_four_threads}),
                         [](const testing::TestParamInfo<Use>& test) { return std::string(test.param.name); });

}  // namespace
