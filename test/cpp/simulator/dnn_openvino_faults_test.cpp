// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Each call of OpenVINO fails between loading a model file and releasing it. The error names the model and
// the cause, no request on which a call failed is used again, and what is called next works.
#include <stdlib.h>

#include <filesystem>
#include <initializer_list>
#include <iostream>

#include "dnn_loaded.hpp"
#include "dnn_network.hpp"
#include "failing_openvino.hpp"

namespace hbm_sim_test {
namespace {

const std::string& cache_folder() {
  static const TemporaryFolder folder;
  static const std::string path = folder.path() + "/networks";
  return path;
}

/// Before the simulator reads its environment.
[[maybe_unused]] const int kSetTheCacheFolder = setenv("HBM_SIM_CACHE_DIR", cache_folder().c_str(), 1);

std::string network_file(const std::string& x, const AddNetwork& network, const std::string& y) {
  return make_network_file(network, R"("inputs": [{"name": "x", "dtype": "F32", )" + x +
                                        R"(}], "outputs": [{"name": "y", "dtype": "F32", )" + y + "}]");
}

/// A network whose output is padded, so that it is computed in memory of its own and copied.
const std::string& padded_file() {
  static const std::string file = network_file(R"("shape": [2, 3])", {"f32", "FP32", {2, 3}, bytes_of(0.5f)},
                                               R"("shape": [2, 3], "strides": [16, 4])");
  return file;
}

/// An inference whose first input has `rows` elements or rows, with 1 as the first element; `first` gets the output's.
std::int32_t infer_first(hbDNNHandle_t model, std::int32_t rows, float* first) {
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 64);
  input.tensor.properties.validShape.dimensionSize[0] = rows;
  input.data<float>()[0] = 1.0f;
  const std::int32_t status = infer(model, &input.tensor, &output.tensor);
  *first = output.data<float>()[0];
  return status;
}

/// Loads the network and infers with it; the first status that is not 0.
std::int32_t use() {
  const Loaded loaded(padded_file());
  if (loaded.status != HB_UCP_SUCCESS) {
    return loaded.status;
  }
  float first = 0;
  const std::int32_t status = infer_first(loaded.model(), 2, &first);
  EXPECT_TRUE(status != HB_UCP_SUCCESS || first == 1.5f) << first;
  return status;
}

void expect_failure(const std::string& function, Failure failure, std::int32_t status) {
  SCOPED_TRACE(function + " fails as " + std::to_string(static_cast<int>(failure)));
  if (function == "import_model" || function == "export_model") {
    // The network is compiled instead.
    EXPECT_EQ(status, HB_UCP_SUCCESS) << hbm_sim_last_error();
    return;
  }
  expect_error_says("model 'm': ");
  if (failure == Failure::kOutOfMemory || failure == Failure::kPluginOutOfMemory) {
    EXPECT_EQ(status, HB_UCP_MEM_ALLOC_FAIL);
    expect_error_says("the host is out of memory");
    return;
  }
  const bool is_inference = function.find("_tensor") != std::string::npos || function == "infer";
  EXPECT_EQ(status, is_inference ? HB_UCP_TASK_RUN_FAILED : HB_UCP_MODEL_INVALID);
  expect_error_says(failure == Failure::kUnknown ? "OpenVINO failed without a reason" : "made to fail by a test");
}

/// Uses the network with each call failing in turn, after `prepare`, and once more each time.
template <typename Prepare>
void fail_each_call(std::initializer_list<Failure> ways, const Prepare& prepare) {
  int failures = 0;
  for (const Failure failure : ways) {
    for (int position = 0;; ++position) {
      prepare();
      fail_openvino(position, failure);
      const std::int32_t status = use();
      const std::string failed = fail_openvino_no_more();
      if (failed.empty()) {
        EXPECT_EQ(status, HB_UCP_SUCCESS);
        break;
      }
      ++failures;
      expect_failure(failed, failure, status);
      EXPECT_EQ(use(), HB_UCP_SUCCESS) << "after " << failed << ": " << hbm_sim_last_error();
    }
  }
  std::cout << failures << " failures injected" << std::endl;
  EXPECT_EQ(calls_of_failed_requests(), 0);
}

TEST(OpenVinoFaults, each_call_may_fail_while_networks_are_compiled) {
  fail_each_call({Failure::kException, Failure::kPluginOutOfMemory},
                 [] { std::filesystem::remove_all(cache_folder()); });
  for (const char* function :
       {"Core", "get_property", "read_model", "compile_model", "export_model", "create_infer_request",
        "set_input_tensor", "set_output_tensor", "infer", "get_output_tensor"}) {
    EXPECT_GE(openvino_calls(function), 2) << function;
  }
}

TEST(OpenVinoFaults, each_call_may_fail_while_networks_come_from_the_cache) {
  fail_each_call({Failure::kOutOfMemory, Failure::kUnknown}, [] { EXPECT_EQ(use(), HB_UCP_SUCCESS); });
  EXPECT_GE(openvino_calls("import_model"), 2);
}

TEST(OpenVinoFaults, a_network_whose_export_failed_is_not_used) {
  int compiled = 0;
  std::string failed = "none";
  for (int position = 0; failed != "export_model" && !failed.empty(); ++position) {
    std::filesystem::remove_all(cache_folder());
    compiled = -openvino_calls("compile_model");
    fail_openvino(position, Failure::kException);
    (void)use();
    failed = fail_openvino_no_more();
    compiled += openvino_calls("compile_model");
  }
  EXPECT_EQ(failed, "export_model");
  EXPECT_EQ(compiled, 2);
}

TEST(OpenVinoFaults, a_request_that_fails_costs_one_inference_and_is_replaced) {
  const Loaded loaded(padded_file());
  const int requests = openvino_calls("create_infer_request");
  float first = 0;
  for (int round = 1; round <= 3; ++round) {
    fail_openvino(0, Failure::kException);
    EXPECT_EQ(infer_first(loaded.model(), 2, &first), HB_UCP_TASK_RUN_FAILED);
    EXPECT_NE(fail_openvino_no_more(), "");
    EXPECT_EQ(infer_first(loaded.model(), 2, &first), HB_UCP_SUCCESS) << hbm_sim_last_error();
    EXPECT_EQ(first, 1.5f);
    EXPECT_EQ(openvino_calls("create_infer_request"), requests + round);
  }
  EXPECT_EQ(calls_of_failed_requests(), 0);
}

TEST(OpenVinoFaults, lengths_that_a_network_cannot_compute_fail_in_the_inference_and_others_work) {
  const Loaded loaded(network_file(R"("shape": [-1])",
                                   {"f32", "FP32", {-1}, bytes_of(0.5f) + bytes_of(0.5f) + bytes_of(0.5f), 3},
                                   R"("shape": [3])"));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  float first = 0;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(infer_first(loaded.model(), 2, &first), HB_UCP_TASK_RUN_FAILED);
    expect_error_says("model 'm': ");
    EXPECT_EQ(infer_first(loaded.model(), 3, &first), HB_UCP_SUCCESS) << hbm_sim_last_error();
    EXPECT_EQ(first, 1.5f);
  }
}

}  // namespace
}  // namespace hbm_sim_test
