// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

std::int32_t load_files(const std::vector<std::string>& paths, hbDNNPackedHandle_t* package) {
  std::vector<const char*> names;
  for (const std::string& path : paths) {
    names.push_back(path.c_str());
  }
  return hbDNNInitializeFromFiles(package, names.data(), static_cast<std::int32_t>(names.size()));
}

TEST(Load, several_files_share_one_packed_handle_in_their_order) {
  const TemporaryFolder folder;
  hbDNNPackedHandle_t package = nullptr;
  ASSERT_EQ(load_files({folder.write("b.hbm", make_model_file(identity_manifest("zebra"))),
                        folder.write("a.hbm", make_model_file(identity_manifest("ant")))},
                       &package),
            HB_UCP_SUCCESS)
      << hbm_sim_last_error();
  const char** names = nullptr;
  std::int32_t count = 0;
  ASSERT_EQ(hbDNNGetModelNameList(&names, &count, package), HB_UCP_SUCCESS);
  ASSERT_EQ(count, 2);
  EXPECT_STREQ(names[0], "zebra");
  EXPECT_STREQ(names[1], "ant");
  EXPECT_EQ(hbDNNRelease(package), HB_UCP_SUCCESS);
}

TEST(Load, a_file_that_is_overwritten_or_removed_after_loading_does_no_harm) {
  const TemporaryFolder folder;
  const std::string path = folder.write("m.hbm", make_model_file(identity_manifest()));
  hbDNNPackedHandle_t package = nullptr;
  ASSERT_EQ(load_files({path}, &package), HB_UCP_SUCCESS);
  folder.write("m.hbm", "x");
  std::filesystem::remove(path);
  hbDNNHandle_t model = nullptr;
  ASSERT_EQ(hbDNNGetModelHandle(&model, package, "identity"), HB_UCP_SUCCESS);
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 64);
  input.data<float>()[3] = 7.5f;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS);
  EXPECT_EQ(output.data<float>()[3], 7.5f);
  EXPECT_EQ(hbDNNRelease(package), HB_UCP_SUCCESS);
}

TEST(Load, memory_is_needed_during_the_call_only) {
  std::string file = make_model_file(identity_manifest());
  const Loaded loaded(file);
  file.assign(file.size(), '\xff');
  EXPECT_EQ(loaded.names(), std::vector<std::string>{"identity"});
}

TEST(Load, two_models_of_one_name_are_refused_with_both_places) {
  const Loaded loaded({make_model_file(identity_manifest()), make_model_file(identity_manifest())});
  EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID);
  EXPECT_EQ(loaded.package, nullptr);
  expect_error_says("duplicate model name 'identity', which is also in model data 0");
}

TEST(Load, descriptions_of_files_models_and_tensors_come_back_with_their_length) {
  const Loaded loaded(make_model_file(
      R"({"format": "hbm-sim", "version": 1, "description": "the file", "models": [
          {"name": "m", "description": "{\"MARCH\": \"nash-p\"}", "engine": "timed", "bpu_cores": 2,
           "inputs": [{"name": "x", "description": "grüße", "dtype": "U8", "shape": [4]}],
           "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}]}]})"));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const char* text = nullptr;
  std::uint32_t size = 99;
  std::int32_t type = -1;
  EXPECT_EQ(hbDNNGetHBMDesc(&text, &size, &type, loaded.package, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(std::string(text, size), "the file");
  EXPECT_EQ(type, HB_DNN_DESC_TYPE_STRING);
  const hbDNNHandle_t model = loaded.model();
  EXPECT_EQ(hbDNNGetModelDesc(&text, &size, &type, model), HB_UCP_SUCCESS);
  EXPECT_EQ(std::string(text, size), "{\"MARCH\": \"nash-p\"}");
  EXPECT_EQ(hbDNNGetInputDesc(&text, &size, &type, model, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(std::string(text, size), "grüße");
  EXPECT_EQ(hbDNNGetOutputDesc(&text, &size, &type, model, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(size, 0u);
  EXPECT_STREQ(text, "");
  std::int32_t cores = 0;
  EXPECT_EQ(hbDNNGetCompileBpuCoreNum(&cores, model), HB_UCP_SUCCESS);
  EXPECT_EQ(cores, 2);
  EXPECT_EQ(hbDNNGetHBMDesc(&text, &size, &type, loaded.package, 1), HB_UCP_INVALID_ARGUMENT);
}

TEST(Load, wrong_foreign_and_released_handles_are_arguments_not_crashes) {
  hbDNNPackedHandle_t stale = nullptr;
  hbDNNHandle_t stale_model = nullptr;
  {
    const Loaded loaded(make_model_file(identity_manifest()));
    stale = loaded.package;
    stale_model = loaded.model();
    EXPECT_EQ(hbDNNRelease(stale_model), HB_UCP_INVALID_ARGUMENT);
    std::int32_t count = 0;
    EXPECT_EQ(hbDNNGetInputCount(&count, stale), HB_UCP_INVALID_ARGUMENT);
  }
  const Loaded another(make_model_file(identity_manifest()));
  int on_the_stack = 0;
  for (void* handle : {static_cast<void*>(nullptr), static_cast<void*>(&on_the_stack), stale, stale_model}) {
    std::int32_t count = 0;
    const char** names = nullptr;
    hbUCPTaskHandle_t task = nullptr;
    hbDNNTensor tensor{};
    EXPECT_EQ(hbDNNRelease(handle), HB_UCP_INVALID_ARGUMENT);
    EXPECT_EQ(hbDNNGetModelNameList(&names, &count, handle), HB_UCP_INVALID_ARGUMENT);
    EXPECT_EQ(hbDNNGetOutputCount(&count, handle), HB_UCP_INVALID_ARGUMENT);
    EXPECT_EQ(hbDNNInferV2(&task, &tensor, &tensor, handle), HB_UCP_INVALID_ARGUMENT);
    EXPECT_EQ(task, nullptr);
  }
}

TEST(Load, null_pointers_and_bad_indices_are_arguments_not_crashes) {
  const Loaded loaded(make_model_file(identity_manifest()));
  const hbDNNHandle_t model = loaded.model();
  EXPECT_EQ(hbDNNInitializeFromFiles(nullptr, nullptr, 1), HB_UCP_INVALID_ARGUMENT);
  hbDNNPackedHandle_t package = nullptr;
  const char* none = nullptr;
  EXPECT_EQ(hbDNNInitializeFromFiles(&package, &none, 1), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbDNNInitializeFromFiles(&package, &none, 0), HB_UCP_INVALID_ARGUMENT);
  const void* data = "x";
  std::int32_t length = 0;
  EXPECT_EQ(hbDNNInitializeFromDDR(&package, &data, &length, 1), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbDNNGetModelHandle(nullptr, loaded.package, "identity"), HB_UCP_INVALID_ARGUMENT);
  hbDNNHandle_t handle = nullptr;
  EXPECT_EQ(hbDNNGetModelHandle(&handle, loaded.package, nullptr), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbDNNGetModelHandle(&handle, loaded.package, "idenity"), HB_UCP_INVALID_ARGUMENT);
  expect_error_says("no model 'idenity'; loaded: 'identity'");
  const char* name = nullptr;
  for (const std::int32_t index : {-1, 1, INT32_MAX}) {
    EXPECT_EQ(hbDNNGetInputName(&name, model, index), HB_UCP_INVALID_ARGUMENT);
    EXPECT_EQ(hbDNNGetOutputName(&name, model, index), HB_UCP_INVALID_ARGUMENT);
  }
  EXPECT_EQ(hbDNNGetInputTensorProperties(nullptr, model, 0), HB_UCP_INVALID_ARGUMENT);
}

TEST(Load, properties_hold_layout_and_quantisation_owned_by_the_model) {
  const Loaded loaded(make_model_file(timed_manifest("m",
                                                     R"("inputs": [
        {"name": "y", "dtype": "U8", "shape": [1, 224, 224, 1], "strides": [-1, -1, 1, 1]},
        {"name": "free", "dtype": "F16", "shape": [-1, 3]}],
      "outputs": [
        {"name": "padded", "dtype": "S32", "shape": [1, 84, 84, 3], "strides": [90000, 1024, 12, 4],
         "aligned_bytes": 90112,
         "quantization": {"type": "scale", "scale": [0.5, 0.25, 2], "zero_point": [], "axis": 3}},
        {"name": "whole", "dtype": "S8", "shape": [5],
         "quantization": {"type": "scale", "scale": [0.5], "zero_point": [-3]}}])")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  const hbDNNTensorProperties y = input_properties(model, 0);
  EXPECT_EQ(y.validShape.numDimensions, 4);
  EXPECT_EQ(y.validShape.dimensionSize[1], 224);
  EXPECT_EQ(y.tensorType, HB_DNN_TENSOR_TYPE_U8);
  EXPECT_EQ(y.stride[1], -1);
  EXPECT_EQ(y.stride[2], 1);
  EXPECT_EQ(y.alignedByteSize, -1);
  EXPECT_EQ(y.quantiType, NONE);
  EXPECT_EQ(y.scale.scaleLen, 0);
  const hbDNNTensorProperties free = input_properties(model, 1);
  EXPECT_EQ(free.validShape.dimensionSize[0], -1);
  EXPECT_EQ(free.stride[0], 6);
  EXPECT_EQ(free.alignedByteSize, -1);
  const hbDNNTensorProperties padded = output_properties(model, 0);
  EXPECT_EQ(padded.alignedByteSize, 90112);
  EXPECT_EQ(padded.stride[1], 1024);
  EXPECT_EQ(padded.quantiType, SCALE);
  EXPECT_EQ(padded.quantizeAxis, 3);
  ASSERT_EQ(padded.scale.scaleLen, 3);
  EXPECT_EQ(padded.scale.scaleData[1], 0.25f);
  EXPECT_EQ(padded.scale.zeroPointLen, 0);
  EXPECT_EQ(padded.scale.zeroPointData, nullptr);
  const hbDNNTensorProperties whole = output_properties(model, 1);
  EXPECT_EQ(whole.alignedByteSize, 5);
  EXPECT_EQ(whole.quantizeAxis, 0);
  ASSERT_EQ(whole.scale.zeroPointLen, 1);
  EXPECT_EQ(whole.scale.zeroPointData[0], -3);
}

TEST(Load, a_model_of_another_soc_is_incompatible) {
  const Loaded s100(make_model_file(R"({"format": "hbm-sim", "version": 1, "soc": "s100", "models": [
      {"name": "m", "engine": "timed", "inputs": [{"name": "x", "dtype": "U8", "shape": [4]}],
       "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}]}]})"));
  EXPECT_EQ(s100.status, HB_UCP_MODEL_INCOMPATIBLE);
  expect_error_says("packed for s100, but the simulated device is s600: set HBM_SIM_SOC=s100");
}

TEST(Load, versions_and_error_texts_say_that_this_is_the_simulator) {
  EXPECT_NE(std::string(hbDNNGetVersion()).find("simulator"), std::string::npos);
  EXPECT_NE(std::string(hbDNNGetErrorDesc(HB_UCP_MODEL_INVALID)), "");
  EXPECT_NE(hbDNNGetErrorDesc(12345), nullptr);
}

}  // namespace
}  // namespace hbm_sim_test
