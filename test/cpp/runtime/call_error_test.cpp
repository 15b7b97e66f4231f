// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"
#include "runtime/status.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::run_once;
using Bytes = std::vector<std::uint8_t>;

struct Failure {
  const char* function;
  std::int32_t status;
};

class CallErrorTest : public hbm_test::AwkwardTest, public testing::WithParamInterface<Failure> {};

TEST_P(CallErrorTest, AFailureIsAnErrorWithItsStatusAndTheNextCallWorks) {
  const auto set = hbm_test::load(hbm_test::kEcho);
  awkward_control().fail(GetParam().function, GetParam().status, 1);
  try {
    run_once(set, "echo", {1, 2, 3, 4}, {4});
    FAIL() << "no error";
  } catch (const hbm::DeviceError& error) {
    EXPECT_EQ(error.code(), GetParam().status);
    EXPECT_EQ(error.function(), GetParam().function);
    EXPECT_EQ(error.model(), "echo");
    EXPECT_NE(std::string(error.what()).find(hbm::status_name(GetParam().status)), std::string::npos);
  }
  EXPECT_EQ(run_once(set, "echo", {1, 2, 3, 4}, {4}), (Bytes{1, 2, 3, 4}));
}

TEST_P(CallErrorTest, FailuresOnFourThreadsEndOnlyTheirOwnCalls) {
  const auto set = hbm_test::load(hbm_test::kEcho);
  constexpr int failing = 40;
  awkward_control().fail(GetParam().function, GetParam().status, failing);
  std::atomic<int> errors{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        try {
          wrong += run_once(set, "echo", {1, 2, 3, 4}, {4}) == Bytes{1, 2, 3, 4} ? 0 : 1;
        } catch (const hbm::DeviceError&) {
          ++errors;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(errors, failing);
  EXPECT_EQ(wrong, 0);
}

TEST_P(CallErrorTest, OneModelsFailureLeavesTheOthersOfTheCallToTheirEnd) {
  const auto set = hbm_test::load("model a\ninput x 3 4\noutput y 3 4\nmodel b\ninput x 3 4\noutput y 3 4\n");
  hbm::Call call;
  const Bytes input{1, 2, 3, 4};
  for (const auto& model : set->models()) {
    hbm::CallPart& part = call.add_part(*model);
    part.scheduling = hbm::built_in_scheduling();
    part.inputs[0] = hbm_test::view_of(input, {4});
  }
  awkward_control().fail(GetParam().function, GetParam().status, 1);
  EXPECT_THROW(
      {
        call.start(set, hbm::Deadline::max());
        call.finish();
      },
      hbm::DeviceError);
  const hbm::CallPart& other = call.part(1);
  ASSERT_EQ(other.results.size(), 1U);
  EXPECT_EQ(hbm_test::bytes_of(other.results[0], 1), input);
  call.clear();
}

INSTANTIATE_TEST_SUITE_P(EachFunctionAndStatus, CallErrorTest,
                         testing::Values(Failure{"hbDNNInferV2", HB_UCP_INVALID_ARGUMENT},
                                         Failure{"hbDNNInferV2", HB_UCP_MEM_IS_INVALID},
                                         Failure{"hbUCPSubmitTask", HB_UCP_INVALID_ARGUMENT},
                                         Failure{"hbUCPSubmitTask", HB_UCP_API_USE_ERROR},
                                         Failure{"hbUCPWaitTaskDone", HB_UCP_TASK_RUN_FAILED},
                                         Failure{"hbUCPWaitTaskDone", HB_UCP_TASK_TIMEOUT},
                                         Failure{"hbUCPMemFlush", HB_UCP_MEM_FLUSH_FAIL}),
                         [](const testing::TestParamInfo<Failure>& test) {
                           return std::string(test.param.function) + "_" + std::to_string(-test.param.status);
                         });

class StatusTest : public hbm_test::AwkwardTest {};

TEST_F(StatusTest, AnErrorSaysWhatFailedInTheLibrarysWordsAndWhatToDoNext) {
  const hbm::Driver& driver = hbm::Device::instance().driver();
  try {
    hbm::throw_status(driver, HB_UCP_TASK_RUN_FAILED, "hbUCPWaitTaskDone", "detector");
  } catch (const hbm::DeviceError& error) {
    const std::string text = error.what();
    for (const char* part : {"HB_DNN_USER_DEFINED_L2M_SIZES",
                             "; model 'detector': hbUCPWaitTaskDone returned -200003 (HB_UCP_TASK_RUN_FAILED)"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    }
    EXPECT_EQ(text.rfind("awkward failure", 0), 0U) << text;
  }
}

TEST_F(StatusTest, AnErrorWhileLoadingNamesTheFileOnceAfterTheReason) {
  const hbm::Driver& driver = hbm::Device::instance().driver();
  try {
    hbm::throw_status(driver, HB_UCP_MODEL_INVALID, "hbDNNInitializeFromFiles", "", "/models/a.hbm");
  } catch (const hbm::DeviceError& error) {
    const std::string text = error.what();
    const std::size_t place = text.find("; model file '/models/a.hbm': hbDNNInitializeFromFiles returned -600002");
    EXPECT_NE(place, std::string::npos) << text;
    EXPECT_EQ(text.find("a.hbm"), text.rfind("a.hbm")) << text;
  }
}

TEST_F(StatusTest, AnUnknownStatusIsStillAnError) {
  const hbm::Driver& driver = hbm::Device::instance().driver();
  EXPECT_THROW(hbm::throw_status(driver, -123456789, "hbDNNInferV2", ""), hbm::DeviceError);
}

TEST_F(StatusTest, ARunThatAlwaysFailsIsReportedAndNotRepeatedForEver) {
  const auto set = hbm_test::load("model broken fails\ninput x 3 4\noutput y 3 4\noutput z 3 -1\n");
  EXPECT_THROW(run_once(set, "broken", {1, 2, 3, 4}, {4}), hbm::DeviceError);
}

}  // namespace
