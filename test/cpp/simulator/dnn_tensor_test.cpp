// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

/// A model with a dynamic row stride, on the S600: rows are aligned to 64 bytes.
class Tensor : public ::testing::Test {
 protected:
  Tensor()
      : loaded_(make_model_file(timed_manifest("m", R"(
            "inputs": [{"name": "data_y", "dtype": "U8", "shape": [1, 4, 10, 1], "strides": [-1, -1, 1, 1]},
                       {"name": "fixed", "dtype": "F32", "shape": [2, 3], "strides": [16, 4], "aligned_bytes": 64}],
            "outputs": [{"name": "out", "dtype": "F32", "shape": [2, 3], "strides": [16, 4], "aligned_bytes": 64}])"))),
        model_(loaded_.model()),
        y_(input_properties(model_, 0), 256),
        fixed_(input_properties(model_, 1), 64),
        output_(output_properties(model_), 64) {
    y_.tensor.properties.stride[1] = 64;
    y_.tensor.properties.stride[0] = 256;
  }

  std::int32_t infer() {
    hbDNNTensor inputs[2] = {y_.tensor, fixed_.tensor};
    return hbm_sim_test::infer(model_, inputs, &output_.tensor);
  }

  void expect_refused(std::int32_t status, const std::string& cause) {
    EXPECT_EQ(infer(), status) << cause;
    expect_error_says("model 'm', ");
    expect_error_says(cause);
  }

  Loaded loaded_;
  hbDNNHandle_t model_;
  DeviceTensor y_;
  DeviceTensor fixed_;
  DeviceTensor output_;
};

TEST_F(Tensor, a_well_formed_call_passes) { EXPECT_EQ(infer(), HB_UCP_SUCCESS) << hbm_sim_last_error(); }

TEST_F(Tensor, a_stride_left_open_is_named) {
  y_.tensor.properties.stride[1] = -1;
  expect_refused(HB_UCP_INVALID_ARGUMENT,
                 "input 'data_y': stride 1 of [-1, -1, 1, 1] is dynamic: put bytes in stride before hbDNNInferV2");
  y_.tensor.properties.stride[1] = 64;
  EXPECT_EQ(infer(), HB_UCP_SUCCESS) << hbm_sim_last_error();
}

TEST_F(Tensor, a_stride_below_the_row_names_user_stride_and_min_stride) {
  y_.tensor.properties.stride[1] = 8;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "user stride 8, min stride 10");
}

TEST_F(Tensor, a_dynamic_stride_must_be_aligned_as_the_soc_wants_it) {
  y_.tensor.properties.stride[1] = 32;
  y_.tensor.properties.stride[0] = 128;
  expect_refused(HB_UCP_INVALID_ARGUMENT,
                 "user stride 32, expected a multiple of 64 bytes on s600 (an S100 or S100P takes multiples of 32: set "
                 "HBM_SIM_SOC=s100 to simulate one)");
}

TEST_F(Tensor, strides_beyond_reason_do_not_overflow) {
  for (const std::int64_t stride :
       {INT64_MIN, std::int64_t{-2}, std::int64_t{0}, INT64_MAX, INT64_MAX / 64 * 64, std::int64_t{1} << 60}) {
    y_.tensor.properties.stride[1] = stride;
    expect_refused(HB_UCP_INVALID_ARGUMENT, "user stride");
  }
}

TEST_F(Tensor, an_innermost_stride_other_than_the_element_is_refused) {
  y_.tensor.properties.stride[3] = 2;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "expected the element's 1 bytes");
}

TEST_F(Tensor, a_window_at_the_end_of_a_larger_block_needs_its_last_row_only) {
  // 3 rows of 64 bytes and the 10 of the last one.
  y_.tensor.sysMem.memSize = 3 * 64 + 10;
  EXPECT_EQ(infer(), HB_UCP_SUCCESS) << hbm_sim_last_error();
  y_.tensor.sysMem.memSize = 3 * 64 + 9;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "expected at least 202 bytes of memory, got 201");
}

TEST_F(Tensor, fixed_strides_may_be_made_dense_by_the_caller) {
  fixed_.tensor.properties.stride[0] = 12;
  fixed_.tensor.sysMem.memSize = 24;
  EXPECT_EQ(infer(), HB_UCP_SUCCESS) << hbm_sim_last_error();
}

TEST_F(Tensor, memory_must_cover_the_aligned_size_of_a_fixed_tensor) {
  fixed_.tensor.sysMem.memSize = 60;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "input 'fixed': expected at least 64 bytes of memory, got 60");
}

TEST_F(Tensor, output_memory_must_cover_the_aligned_size) {
  output_.tensor.sysMem.memSize = 28;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "output 'out': expected at least 64 bytes of memory, got 28");
}

TEST_F(Tensor, memory_that_is_not_the_devices_is_refused) {
  alignas(64) static char host[256];
  y_.tensor.sysMem = {reinterpret_cast<std::uint64_t>(host), host, sizeof host};
  expect_refused(HB_UCP_MEM_MAP_FAIL, "do not lie in one block of hbUCPMalloc");
}

TEST_F(Tensor, a_window_that_leaves_its_block_is_refused) {
  y_.tensor.sysMem.memSize = std::uint64_t{1} << 40;
  expect_refused(HB_UCP_MEM_MAP_FAIL, "do not lie in one block");
  y_.tensor.sysMem.memSize = UINT64_MAX;
  expect_refused(HB_UCP_MEM_MAP_FAIL, "do not lie in one block");
}

TEST_F(Tensor, no_memory_and_memory_at_an_odd_address_are_refused) {
  const hbUCPSysMem whole = fixed_.tensor.sysMem;
  fixed_.tensor.sysMem.virAddr = nullptr;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "sysMem.virAddr is NULL");
  fixed_.tensor.sysMem = whole;
  y_.tensor.sysMem.virAddr = y_.data<char>() + 8;
  y_.tensor.sysMem.memSize = 220;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "no multiple of 64 bytes");
}

TEST_F(Tensor, another_dtype_rank_or_size_is_refused) {
  y_.tensor.properties.tensorType = HB_DNN_TENSOR_TYPE_S8;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "expected tensorType U8, got S8 (2)");
  y_.tensor.properties.tensorType = 4711;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "got ? (4711)");
  y_.tensor.properties.tensorType = HB_DNN_TENSOR_TYPE_U8;
  y_.tensor.properties.validShape.dimensionSize[2] = 11;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "expected shape [1, 4, 10, 1], got [1, 4, 11, 1]");
  for (const std::int32_t rank : {INT32_MIN, -1, 0, 3, 11, INT32_MAX}) {
    y_.tensor.properties.validShape.numDimensions = rank;
    expect_refused(HB_UCP_INVALID_ARGUMENT, "expected shape [1, 4, 10, 1]");
  }
}

TEST_F(Tensor, an_output_keeps_the_properties_that_were_queried) {
  output_.tensor.properties.stride[0] = 12;
  expect_refused(HB_UCP_INVALID_ARGUMENT, "output 'out': expected shape [2, 3] with strides [16, 4]");
  expect_error_says("outputs keep the properties that hbDNNGetOutputTensorProperties gives");
  output_.tensor.properties = output_properties(model_);
  EXPECT_EQ(infer(), HB_UCP_SUCCESS) << hbm_sim_last_error();
}

TEST(DynamicTensor, a_size_left_open_or_absurd_is_named) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "F64", "shape": [-1, -1, 4]}],
      "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}])")));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 4);
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_INVALID_ARGUMENT);
  expect_error_says("dimension 0 of shape [-1, -1, 4] is dynamic: put its size in validShape");
  for (const std::int32_t size : {0, -7, INT32_MIN}) {
    input.tensor.properties.validShape.dimensionSize[0] = size;
    input.tensor.properties.validShape.dimensionSize[1] = 1;
    EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_INVALID_ARGUMENT);
  }
  input.tensor.properties.validShape.dimensionSize[0] = INT32_MAX;
  input.tensor.properties.validShape.dimensionSize[1] = INT32_MAX;
  input.tensor.properties.stride[0] = std::int64_t{1} << 36;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_INVALID_ARGUMENT);
  input.tensor.properties.validShape.dimensionSize[1] = 2;
  input.tensor.properties.stride[0] = 64;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_INVALID_ARGUMENT);
  expect_error_says("larger than any device");
  input.tensor.properties.validShape.dimensionSize[0] = 1;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
}

}  // namespace
}  // namespace hbm_sim_test
