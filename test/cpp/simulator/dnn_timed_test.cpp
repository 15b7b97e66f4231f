// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

/// Runs a model with the input F32 [2] "x" and the output given, whose memory is full of 0xee before.
class OneOutput {
 public:
  explicit OneOutput(const std::string& output)
      : loaded_(make_model_file(timed_manifest(
            "m", R"("inputs": [{"name": "x", "dtype": "F32", "shape": [2]}], "outputs": [{"name": "y", )" + output +
                     "}]"))) {
    EXPECT_EQ(loaded_.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
    const hbDNNHandle_t model = loaded_.model();
    const hbDNNTensorProperties properties = output_properties(model);
    input_ = std::make_unique<DeviceTensor>(input_properties(model), 8);
    output_ = std::make_unique<DeviceTensor>(properties, properties.alignedByteSize);
    run();
  }

  void run() {
    std::memset(output_->tensor.sysMem.virAddr, 0xee, output_->tensor.sysMem.memSize);
    EXPECT_EQ(infer(loaded_.model(), &input_->tensor, &output_->tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  }

  template <typename Value>
  std::vector<Value> values() {
    return {output_->data<Value>(), output_->data<Value>() + output_->tensor.sysMem.memSize / sizeof(Value)};
  }

 private:
  Loaded loaded_;
  std::unique_ptr<DeviceTensor> input_;
  std::unique_ptr<DeviceTensor> output_;
};

TEST(TimedEngine, zeros_are_the_default_and_leave_padding_alone) {
  OneOutput run(R"("dtype": "U8", "shape": [2, 3], "strides": [4, 1], "aligned_bytes": 9)");
  EXPECT_EQ(run.values<std::uint8_t>(), (std::vector<std::uint8_t>{0, 0, 0, 0xee, 0, 0, 0, 0xee, 0xee}));
}

TEST(TimedEngine, a_constant_is_written_in_each_dtype) {
  EXPECT_EQ(
      OneOutput(R"("dtype": "S32", "shape": [3], "fill": {"kind": "constant", "value": -5})").values<std::int32_t>(),
      std::vector<std::int32_t>(3, -5));
  EXPECT_EQ(OneOutput(R"("dtype": "F32", "shape": [3], "fill": {"kind": "constant", "value": 0.1})").values<float>(),
            std::vector<float>(3, 0.1f));
  EXPECT_EQ(OneOutput(R"("dtype": "F64", "shape": [3], "fill": {"kind": "constant", "value": 0.1})").values<double>(),
            std::vector<double>(3, 0.1));
  EXPECT_EQ(OneOutput(R"("dtype": "S64", "shape": [1], "fill": {"kind": "constant", "value": -9007199254740992})")
                .values<std::int64_t>(),
            std::vector<std::int64_t>(1, -9007199254740992));
  EXPECT_EQ(
      OneOutput(R"("dtype": "BOOL8", "shape": [2], "fill": {"kind": "constant", "value": 1})").values<std::uint8_t>(),
      std::vector<std::uint8_t>(2, 1));
  EXPECT_EQ(
      OneOutput(R"("dtype": "S4", "shape": [4], "fill": {"kind": "constant", "value": -2})").values<std::uint8_t>(),
      std::vector<std::uint8_t>(2, 0xee));
}

TEST(TimedEngine, half_floats_are_rounded_to_nearest_even) {
  const auto half = [](const char* value) {
    return OneOutput(std::string(R"("dtype": "F16", "shape": [1], "fill": {"kind": "constant", "value": )") + value +
                     "}")
        .values<std::uint16_t>()[0];
  };
  EXPECT_EQ(half("0"), 0x0000);
  EXPECT_EQ(half("1"), 0x3c00);
  EXPECT_EQ(half("-2"), 0xc000);
  EXPECT_EQ(half("65504"), 0x7bff);
  EXPECT_EQ(half("0.333251953125"), 0x3555);
  EXPECT_EQ(half("1.00048828125"), 0x3c00);  // half way between 1 and its neighbour: to the even one
  EXPECT_EQ(half("1.00146484375"), 0x3c02);  // half way again, the even one is above
  EXPECT_EQ(half("5.9604644775390625e-8"), 0x0001);
  EXPECT_EQ(half("6.103515625e-5"), 0x0400);
  EXPECT_EQ(half("2047.9"), 0x6800);  // rounds into the next exponent
}

TEST(TimedEngine, noise_depends_on_the_seed_alone_and_fills_the_range) {
  const auto with_seed = [](int seed) {
    return std::string(R"("dtype": "F32", "shape": [64, 64], "fill": {"kind": "noise", "seed": )") +
           std::to_string(seed) + "}";
  };
  OneOutput first(with_seed(1));
  const std::vector<float> values = first.values<float>();
  first.run();
  EXPECT_EQ(first.values<float>(), values);
  EXPECT_EQ(OneOutput(with_seed(1)).values<float>(), values);
  EXPECT_NE(OneOutput(with_seed(2)).values<float>(), values);
  EXPECT_GE(*std::min_element(values.begin(), values.end()), -1.0f);
  EXPECT_LT(*std::max_element(values.begin(), values.end()), 1.0f);
  EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0) / values.size(), 0.0, 0.05);
}

TEST(TimedEngine, noise_in_a_padded_output_is_the_dense_noise) {
  const std::vector<std::int16_t> dense =
      OneOutput(R"("dtype": "S16", "shape": [2, 3], "fill": {"kind": "noise"})").values<std::int16_t>();
  const std::vector<std::int16_t> padded =
      OneOutput(R"("dtype": "S16", "shape": [2, 3], "strides": [8, 2], "fill": {"kind": "noise"})")
          .values<std::int16_t>();
  ASSERT_EQ(padded.size(), 8u);
  EXPECT_EQ(std::vector<std::int16_t>(padded.begin() + 4, padded.begin() + 7),
            std::vector<std::int16_t>(dense.begin() + 3, dense.end()));
}

/// A model whose output "y" replays a recording.
std::string replaying_model(const std::string& output, const std::string& recording) {
  const std::string manifest = timed_manifest(
      "m", R"("inputs": [{"name": "x", "dtype": "F32", "shape": [2]}], "outputs": [{"name": "y", )" + output + "}]");
  return make_zip({{"manifest.json", manifest, true}, {"recorded.bin", recording}});
}

TEST(TimedEngine, a_recording_is_replayed_run_by_run_and_starts_again_after_the_last) {
  const Loaded loaded(replaying_model(
      R"("dtype": "U8", "shape": [2, 3], "strides": [4, 1],
         "fill": {"kind": "file", "data": "recorded.bin", "runs": 2})",
      std::string("abcdefABCDEF")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 8);
  DeviceTensor output(output_properties(model), 8);
  for (const char* expected : {"abc.def.", "ABC.DEF.", "abc.def."}) {
    std::memset(output.tensor.sysMem.virAddr, '.', 8);
    ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
    EXPECT_EQ(std::string(output.data<char>(), 8), expected);
  }
}

TEST(TimedEngine, recorded_nibbles_are_two_to_a_byte) {
  const Loaded loaded(replaying_model(
      R"("dtype": "U4", "shape": [2, 3], "strides": [4, 1], "fill": {"kind": "file", "data": "recorded.bin", "runs": 1})",
      std::string("\x21\x03\x54\x06")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 8);
  DeviceTensor output(output_properties(model), 8);
  ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(std::string(output.data<char>(), 2), "\x21\x03");
  EXPECT_EQ(std::string(output.data<char>() + 4, 2), "\x54\x06");
}

TEST(TimedEngine, a_recording_of_another_size_is_refused_while_loading) {
  const std::string output =
      R"("dtype": "U8", "shape": [6], "fill": {"kind": "file", "data": "recorded.bin", "runs": 2})";
  for (const char* recording : {"", "abcdef", "abcdefABCDEF."}) {
    const Loaded loaded(replaying_model(output, recording));
    EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << recording;
    expect_error_says("output 'y': expected 12 bytes in zip member 'recorded.bin', 2 runs of 6");
  }
  const Loaded missing(replaying_model(
      R"("dtype": "U8", "shape": [6], "fill": {"kind": "file", "data": "other.bin", "runs": 2})", "abcdef"));
  EXPECT_EQ(missing.status, HB_UCP_MODEL_INVALID);
  expect_error_says("zip member 'other.bin' is missing");
}

TEST(TimedEngine, a_copy_respects_the_strides_of_both_sides) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "U8", "shape": [2, 3, 2], "strides": [12, 4, 1]}],
      "outputs": [{"name": "y", "dtype": "U8", "shape": [2, 3, 2], "strides": [9, 3, 1],
                   "fill": {"kind": "copy", "input": "x"}}])")));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 24);
  DeviceTensor output(output_properties(model), 18);
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) {
        input.data<std::uint8_t>()[12 * i + 4 * j + k] = static_cast<std::uint8_t>(100 * i + 10 * j + k);
      }
    }
  }
  ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) {
        EXPECT_EQ(output.data<std::uint8_t>()[9 * i + 3 * j + k], 100 * i + 10 * j + k);
      }
    }
  }
}

TEST(TimedEngine, one_block_may_be_input_and_output_at_any_offset) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "U8", "shape": [128]}],
      "outputs": [{"name": "y", "dtype": "U8", "shape": [128], "fill": {"kind": "copy", "input": "x"}}])")));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor block(input_properties(model), 192);
  std::iota(block.data<std::uint8_t>(), block.data<std::uint8_t>() + 128, std::uint8_t{0});
  hbDNNTensor output = block.tensor;
  ASSERT_EQ(infer(model, &block.tensor, &output), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(block.data<std::uint8_t>()[127], 127);
  output.sysMem.virAddr = block.data<std::uint8_t>() + 64;
  output.sysMem.phyAddr += 64;
  output.sysMem.memSize = 128;
  ASSERT_EQ(infer(model, &block.tensor, &output), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(block.data<std::uint8_t>()[64], 0);
  EXPECT_EQ(block.data<std::uint8_t>()[191], 127);
}

TEST(TimedEngine, a_dynamic_output_takes_the_shape_of_the_input) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "S16", "shape": [1, -1, 3]}],
      "outputs": [{"name": "y", "dtype": "S16", "shape": [1, -1, 3], "fill": {"kind": "copy", "input": "x"}}])")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 64);
  EXPECT_EQ(output.tensor.properties.validShape.dimensionSize[1], -1);
  EXPECT_EQ(output.tensor.properties.stride[0], -1);
  EXPECT_EQ(output.tensor.properties.stride[1], 6);
  for (int i = 0; i < 12; ++i) {
    input.data<std::int16_t>()[i] = static_cast<std::int16_t>(i - 6);
  }
  input.tensor.properties.validShape.dimensionSize[1] = 4;
  input.tensor.properties.stride[0] = 64;

  hbUCPTaskHandle_t task = nullptr;
  ASSERT_EQ(hbDNNInferV2(&task, &output.tensor, &input.tensor, model), HB_UCP_SUCCESS) << hbm_sim_last_error();
  ASSERT_EQ(submit_and_wait(task), HB_UCP_SUCCESS);
  hbDNNTensorProperties real{};
  EXPECT_EQ(hbDNNGetTaskOutputTensorProperties(&real, task, 0, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(real.validShape.dimensionSize[1], 4);
  EXPECT_EQ(real.stride[0], 24);
  EXPECT_EQ(real.alignedByteSize, 24);
  EXPECT_EQ(std::memcmp(input.data<char>(), output.data<char>(), 24), 0);
  EXPECT_EQ(hbDNNGetTaskOutputTensorProperties(&real, task, 0, 1), HB_UCP_INVALID_ARGUMENT);
  EXPECT_NE(hbDNNGetTaskOutputTensorProperties(&real, task, 1, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
}

TEST(TimedEngine, a_dynamic_output_that_does_not_fit_fails_the_task_and_says_how_much_it_needs) {
  const Loaded loaded(make_model_file(timed_manifest("m", R"(
      "inputs": [{"name": "x", "dtype": "U8", "shape": [-1]}],
      "outputs": [{"name": "y", "dtype": "U8", "shape": [-1], "fill": {"kind": "copy", "input": "x"}}])")));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 100);
  DeviceTensor output(output_properties(model), 99);
  input.tensor.properties.validShape.dimensionSize[0] = 100;
  EXPECT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_TASK_RUN_FAILED);
  expect_error_says("shape [100] needs 100 bytes, the bound memory has 99");
}

}  // namespace
}  // namespace hbm_sim_test
