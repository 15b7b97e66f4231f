// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <filesystem>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

TEST(S100, rows_are_aligned_to_32_bytes) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "U8", "shape": [4, 10], "strides": [-1, 1]}],
      "outputs": [{"name": "y", "dtype": "U8", "shape": [4, 10], "fill": {"kind": "copy", "input": "x"}}])")));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 160);
  DeviceTensor output(output_properties(model), 40);
  input.tensor.properties.stride[0] = 32;
  input.data<char>()[96] = 'r';
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(output.data<char>()[30], 'r');
  // A window into a larger picture, from its second row on.
  input.tensor.sysMem.virAddr = input.data<char>() + 32;
  input.tensor.sysMem.phyAddr += 32;
  input.tensor.sysMem.memSize = 128;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(output.data<char>()[20], 'r');
  input.tensor.properties.stride[0] = 16;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_INVALID_ARGUMENT);
  expect_error_says("expected a multiple of 32 bytes on s100");
}

TEST(S100, a_model_for_two_cores_is_incompatible) {
  const Loaded loaded(make_model_file(identity_manifest("m", R"("bpu_cores": 2, )")));
  EXPECT_EQ(loaded.status, HB_UCP_MODEL_INCOMPATIBLE);
  expect_error_says("needs 2 BPU cores, but s100 has 1: set HBM_SIM_SOC=s600");
}

TEST(NoEngine, a_network_without_the_engine_beside_the_library_says_what_is_missing) {
  // The library looks for the engine in its own folder: a copy in another one finds none.
  Dl_info info{};
  ASSERT_NE(dladdr(reinterpret_cast<const void*>(&hbDNNInferV2), &info), 0);
  const TemporaryFolder folder;
  std::filesystem::copy(info.dli_fname, folder.path() + "/copy_of_libdnn.so");
  void* const library = dlopen((folder.path() + "/copy_of_libdnn.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto load = reinterpret_cast<decltype(&hbDNNInitializeFromDDR)>(dlsym(library, "hbDNNInitializeFromDDR"));
  const std::string file = make_zip({{"manifest.json", R"({"format": "hbm-sim", "version": 1, "models": [
      {"name": "m", "engine": "openvino", "program": {"xml": "x", "bin": "b"},
       "inputs": [{"name": "x", "dtype": "U8", "shape": [4]}],
       "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}]}]})"},
                                     {"x", "<net/>"},
                                     {"b", "weights"}});
  const void* data = file.data();
  std::int32_t length = static_cast<std::int32_t>(file.size());
  hbDNNPackedHandle_t package = nullptr;
  EXPECT_EQ(load(&package, &data, &length, 1), HB_UCP_INIT_FAILED);
  expect_error_says("model 'm': its network needs the OpenVINO engine");
}

}  // namespace
}  // namespace hbm_sim_test
