// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"
#include "dnn_sanitizers.hpp"

namespace hbm_sim_test {
namespace {

/// The identity model with tensors for it.
class Identity {
 public:
  explicit Identity(const std::string& more = "")
      : loaded(make_model_file(identity_manifest("identity", more))),
        model(loaded.model()),
        input(input_properties(model), 64),
        output(output_properties(model), 64) {}

  std::int32_t create(hbUCPTaskHandle_t* task) { return hbDNNInferV2(task, &output.tensor, &input.tensor, model); }

  Loaded loaded;
  hbDNNHandle_t model;
  DeviceTensor input;
  DeviceTensor output;
};

TEST(Task, the_synchronous_form_returns_when_the_output_is_there) {
  Identity identity(R"("timing": {"latency_us": 2000}, )");
  identity.input.data<float>()[5] = 3.25f;
  EXPECT_EQ(hbDNNInferV2(nullptr, &identity.output.tensor, &identity.input.tensor, identity.model), HB_UCP_SUCCESS);
  EXPECT_EQ(identity.output.data<float>()[5], 3.25f);
}

TEST(Task, a_model_for_several_cores_runs_neither_synchronously_nor_appended) {
  Identity wide(R"("bpu_cores": 2, )");
  Identity narrow;
  EXPECT_EQ(hbDNNInferV2(nullptr, &wide.output.tensor, &wide.input.tensor, wide.model), HB_UCP_API_USE_ERROR);
  expect_error_says("pass a task handle and submit it with a mask");
  hbUCPTaskHandle_t task = nullptr;
  ASSERT_EQ(wide.create(&task), HB_UCP_SUCCESS);
  EXPECT_EQ(submit_and_wait(task), HB_UCP_INVALID_ARGUMENT);
  expect_error_says("the backend must name exactly 2 of the 4 cores of s600");
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  sched.backend = HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_1;
  EXPECT_EQ(hbUCPSubmitTask(task, &sched), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(hbUCPWaitTaskDone(task, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  task = nullptr;
  ASSERT_EQ(narrow.create(&task), HB_UCP_SUCCESS);
  EXPECT_EQ(wide.create(&task), HB_UCP_API_USE_ERROR);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, tensors_are_copied_so_that_the_arrays_may_go_before_submission) {
  Identity identity;
  identity.input.data<float>()[0] = 9.0f;
  hbUCPTaskHandle_t task = nullptr;
  {
    auto input = std::make_unique<hbDNNTensor>(identity.input.tensor);
    auto output = std::make_unique<hbDNNTensor>(identity.output.tensor);
    ASSERT_EQ(hbDNNInferV2(&task, output.get(), input.get(), identity.model), HB_UCP_SUCCESS);
  }
  EXPECT_EQ(submit_and_wait(task), HB_UCP_SUCCESS);
  EXPECT_EQ(identity.output.data<float>()[0], 9.0f);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(Task, a_call_with_a_handle_appends_a_sub_task) {
  Identity first;
  Identity second;
  first.input.data<float>()[0] = 1.0f;
  second.input.data<float>()[0] = 2.0f;
  hbUCPTaskHandle_t task = nullptr;
  ASSERT_EQ(first.create(&task), HB_UCP_SUCCESS);
  ASSERT_EQ(second.create(&task), HB_UCP_SUCCESS);
  EXPECT_EQ(submit_and_wait(task), HB_UCP_SUCCESS);
  EXPECT_EQ(first.output.data<float>()[0], 1.0f);
  EXPECT_EQ(second.output.data<float>()[0], 2.0f);
  hbDNNTensorProperties properties{};
  EXPECT_EQ(hbDNNGetTaskOutputTensorProperties(&properties, task, 1, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(properties.validShape.dimensionSize[1], 16);
  EXPECT_NE(hbDNNGetTaskOutputTensorProperties(&properties, task, 2, 0), HB_UCP_SUCCESS);
  EXPECT_NE(hbDNNGetTaskOutputTensorProperties(&properties, task, -1, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_NE(hbDNNGetTaskOutputTensorProperties(&properties, task, 0, 0), HB_UCP_SUCCESS);
}

TEST(Task, the_pool_runs_out_with_a_status_and_a_null_handle_and_recovers) {
  Identity identity;
  std::vector<hbUCPTaskHandle_t> tasks(32);
  for (hbUCPTaskHandle_t& task : tasks) {
    ASSERT_EQ(identity.create(&task), HB_UCP_SUCCESS);
  }
  hbUCPTaskHandle_t one_more = nullptr;
  EXPECT_EQ(identity.create(&one_more), HB_UCP_TASK_NUMBER_EXCEED_LIMIT);
  EXPECT_EQ(one_more, nullptr);
  for (hbUCPTaskHandle_t task : tasks) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  EXPECT_EQ(identity.create(&one_more), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(one_more), HB_UCP_SUCCESS);
}

TEST(Task, models_are_in_use_until_their_tasks_are_released) {
  Identity identity;
  hbUCPTaskHandle_t task = nullptr;
  ASSERT_EQ(identity.create(&task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbDNNRelease(identity.loaded.package), HB_UCP_MODEL_IS_INUSE);
  EXPECT_EQ(submit_and_wait(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbDNNRelease(identity.loaded.package), HB_UCP_MODEL_IS_INUSE);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  EXPECT_EQ(hbDNNRelease(identity.loaded.package), HB_UCP_SUCCESS);
  identity.loaded.package = nullptr;
}

TEST(Task, a_refused_call_does_not_keep_the_model_in_use) {
  Identity identity;
  identity.input.tensor.sysMem.memSize = 1;
  hbUCPTaskHandle_t task = nullptr;
  EXPECT_EQ(identity.create(&task), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(task, nullptr);
  EXPECT_EQ(hbDNNInferV2(&task, nullptr, nullptr, identity.model), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbDNNRelease(identity.loaded.package), HB_UCP_SUCCESS);
  identity.loaded.package = nullptr;
}

TEST(Task, many_threads_share_one_model_handle) {
  const Loaded loaded(make_model_file(identity_manifest()));
  const hbDNNHandle_t model = loaded.model();
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      DeviceTensor input(input_properties(model), 64);
      DeviceTensor output(output_properties(model), 64);
      for (int call = 0; call < 200; ++call) {
        input.data<int>()[7] = 1000 * thread + call;
        const std::int32_t status = infer(model, &input.tensor, &output.tensor);
        if (status != HB_UCP_SUCCESS || output.data<int>()[7] != 1000 * thread + call) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(failures, 0);
}

TEST(Task, loading_and_releasing_beside_running_inferences_disturbs_nobody) {
  const Loaded loaded(make_model_file(identity_manifest()));
  const hbDNNHandle_t model = loaded.model();
  std::atomic<bool> stop{false};
  std::thread loader([&] {
    while (!stop) {
      Loaded another(make_model_file(identity_manifest("another")));
    }
  });
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 64);
  int failures = 0;
  for (int call = 0; call < 1000; ++call) {
    failures += infer(model, &input.tensor, &output.tensor) != HB_UCP_SUCCESS;
  }
  stop = true;
  loader.join();
  EXPECT_EQ(failures, 0);
}

std::size_t resident_pages() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

int open_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) {
    ++count;
  }
  closedir(folder);
  return count;
}

TEST(Task, ten_thousand_load_run_release_cycles_leave_nothing_behind) {
  const TemporaryFolder folder;
  const std::string path = folder.write("m.hbm", make_model_file(identity_manifest()));
  const char* name = path.c_str();
  const auto cycle = [&] {
    hbDNNPackedHandle_t package = nullptr;
    hbDNNHandle_t model = nullptr;
    ASSERT_EQ(hbDNNInitializeFromFiles(&package, &name, 1), HB_UCP_SUCCESS);
    ASSERT_EQ(hbDNNGetModelHandle(&model, package, "identity"), HB_UCP_SUCCESS);
    {
      DeviceTensor input(input_properties(model), 64);
      DeviceTensor output(output_properties(model), 64);
      ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS);
    }
    ASSERT_EQ(hbDNNRelease(package), HB_UCP_SUCCESS);
  };
  for (int warm_up = 0; warm_up < 1000; ++warm_up) {
    cycle();
  }
  const std::size_t pages = resident_pages();
  const int descriptors = open_descriptors();
  for (int count = 0; count < 10000; ++count) {
    cycle();
  }
  EXPECT_EQ(open_descriptors(), descriptors);
#if !HBM_TEST_ADDRESS_SANITIZER && !HBM_TEST_THREAD_SANITIZER
  EXPECT_LT(resident_pages(), pages + 256);  // 1 MiB, 100 bytes a cycle
#else
  static_cast<void>(pages);  // the sanitizers keep freed memory for a while
#endif
}

}  // namespace
}  // namespace hbm_sim_test
