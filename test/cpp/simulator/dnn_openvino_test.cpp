// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dnn_loaded.hpp"
#include "dnn_network.hpp"

namespace hbm_sim_test {
namespace {

/// A cache folder of this process's own, before the simulator reads its environment.
class OpenVino : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    setenv("HBM_SIM_CACHE_DIR", (folder_->path() + "/networks").c_str(), 1);
  }
  static void TearDownTestSuite() { delete folder_; }

  void SetUp() override {
#ifndef HBM_TEST_NETWORKS
    GTEST_SKIP() << "simulator without networks: built without OpenVINO";
#endif
  }

  static TemporaryFolder* folder_;
};

TemporaryFolder* OpenVino::folder_ = nullptr;

/// One "x" and one "y" of the same dtype and shape; `x` and `y` hold more members of each.
std::string tensors(const std::string& common, const std::string& x = "", const std::string& y = "") {
  return R"("inputs": [{"name": "x", )" + common + x + R"(}], "outputs": [{"name": "y", )" + common + y + "}]";
}

std::string float_network(float constant, const std::string& x = "", const std::string& y = "") {
  return make_network_file({"f32", "FP32", {2, 3}, bytes_of(constant)},
                           tensors(R"("dtype": "F32", "shape": [2, 3])", x, y));
}

TEST_F(OpenVino, a_network_computes_on_dense_tensors_where_they_lie) {
  const Loaded loaded(float_network(0.5f));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 24);
  DeviceTensor output(output_properties(model), 24);
  DeviceTensor other(output_properties(model), 24);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 6; ++i) {
      input.data<float>()[i] = static_cast<float>(10 * round + i);
    }
    DeviceTensor& target = round == 1 ? other : output;
    ASSERT_EQ(infer(model, &input.tensor, &target.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(target.data<float>()[i], static_cast<float>(10 * round + i) + 0.5f);
    }
  }
}

TEST_F(OpenVino, padded_tensors_are_computed_and_their_padding_is_left_alone) {
  const Loaded loaded(float_network(1.0f, R"(, "strides": [16, 4])", R"(, "strides": [32, 4], "aligned_bytes": 64)"));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 32);
  DeviceTensor output(output_properties(model), 64);
  std::memset(output.tensor.sysMem.virAddr, 0xee, 64);
  for (int i = 0; i < 8; ++i) {
    input.data<float>()[i] = static_cast<float>(i);
  }
  ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(output.data<float>()[2], 3.0f);
  EXPECT_EQ(output.data<std::uint32_t>()[3], 0xeeeeeeeeu);
  EXPECT_EQ(output.data<float>()[8], 5.0f);
  EXPECT_EQ(output.data<float>()[10], 7.0f);
}

TEST_F(OpenVino, one_block_may_be_input_and_output) {
  const Loaded loaded(float_network(1.0f));
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor block(input_properties(model), 24);
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(infer(model, &block.tensor, &block.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(block.data<float>()[i], static_cast<float>(round));
    }
  }
}

TEST_F(OpenVino, dynamic_shapes_follow_the_input) {
  const Loaded loaded(make_network_file({"i32", "I32", {-1, 3}, bytes_of(std::int32_t{100})},
                                        tensors(R"("dtype": "S32", "shape": [-1, 3])")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  DeviceTensor input(input_properties(model), 64);
  DeviceTensor output(output_properties(model), 48);
  for (const std::int32_t rows : {4, 1, 4, 5}) {
    input.tensor.properties.validShape.dimensionSize[0] = rows;
    for (int i = 0; i < 3 * rows; ++i) {
      input.data<std::int32_t>()[i] = i;
    }
    hbUCPTaskHandle_t task = nullptr;
    ASSERT_EQ(hbDNNInferV2(&task, &output.tensor, &input.tensor, model), HB_UCP_SUCCESS) << hbm_sim_last_error();
    const std::int32_t status = submit_and_wait(task);
    if (rows == 5) {
      EXPECT_EQ(status, HB_UCP_TASK_RUN_FAILED);
      expect_error_says("shape [5, 3] needs 60 bytes, the bound memory has 48");
    } else {
      EXPECT_EQ(status, HB_UCP_SUCCESS) << hbm_sim_last_error();
      hbDNNTensorProperties real{};
      EXPECT_EQ(hbDNNGetTaskOutputTensorProperties(&real, task, 0, 0), HB_UCP_SUCCESS);
      EXPECT_EQ(real.validShape.dimensionSize[0], rows);
      EXPECT_EQ(real.stride[0], 12);
      EXPECT_EQ(output.data<std::int32_t>()[3 * rows - 1], 100 + 3 * rows - 1);
    }
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
}

TEST_F(OpenVino, four_bit_tensors_are_packed_low_nibble_first_row_by_row) {
  const Loaded loaded(make_network_file({"i8", "I8", {2, 3}, bytes_of(std::int8_t{-1})},
                                        tensors(R"("dtype": "S4", "shape": [2, 3])", R"(, "strides": [4, 1])")));
  ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  const hbDNNHandle_t model = loaded.model();
  EXPECT_EQ(output_properties(model).stride[0], 2);
  DeviceTensor input(input_properties(model), 8);
  DeviceTensor output(output_properties(model), 4);
  const std::uint8_t packed[] = {0x21, 0x07, 0, 0, 0xfe, 0x0a, 0, 0};  // 1 2 7 / -2 -1 -6
  std::memcpy(input.tensor.sysMem.virAddr, packed, sizeof packed);
  ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
  EXPECT_EQ(std::vector<std::uint8_t>(output.data<std::uint8_t>(), output.data<std::uint8_t>() + 4),
            (std::vector<std::uint8_t>{0x10, 0x06, 0xed, 0x09}));  // 0 1 6 / -3 -2 -7
}

struct DtypeCase {
  const char* dtype;
  const char* element_type;
  const char* precision;
  std::string constant;  ///< 1
  std::string value;     ///< 3
  std::string sum;       ///< 4
};

TEST_F(OpenVino, every_dtype_passes_through) {
  const std::vector<DtypeCase> cases{
      {"S8", "i8", "I8", bytes_of(std::int8_t{1}), bytes_of(std::int8_t{3}), bytes_of(std::int8_t{4})},
      {"U8", "u8", "U8", bytes_of(std::uint8_t{1}), bytes_of(std::uint8_t{3}), bytes_of(std::uint8_t{4})},
      {"F16", "f16", "FP16", bytes_of(std::uint16_t{0x3c00}), bytes_of(std::uint16_t{0x4200}),
       bytes_of(std::uint16_t{0x4400})},
      {"S16", "i16", "I16", bytes_of(std::int16_t{1}), bytes_of(std::int16_t{3}), bytes_of(std::int16_t{4})},
      {"U16", "u16", "U16", bytes_of(std::uint16_t{1}), bytes_of(std::uint16_t{3}), bytes_of(std::uint16_t{4})},
      {"F32", "f32", "FP32", bytes_of(1.0f), bytes_of(3.0f), bytes_of(4.0f)},
      {"S32", "i32", "I32", bytes_of(std::int32_t{1}), bytes_of(std::int32_t{3}), bytes_of(std::int32_t{4})},
      {"U32", "u32", "U32", bytes_of(std::uint32_t{1}), bytes_of(std::uint32_t{3}), bytes_of(std::uint32_t{4})},
      {"F64", "f64", "FP64", bytes_of(1.0), bytes_of(3.0), bytes_of(4.0)},
      {"S64", "i64", "I64", bytes_of(std::int64_t{1}), bytes_of(std::int64_t{3}), bytes_of(std::int64_t{4})},
      {"U64", "u64", "U64", bytes_of(std::uint64_t{1}), bytes_of(std::uint64_t{3}), bytes_of(std::uint64_t{4})},
  };
  for (const DtypeCase& each : cases) {
    SCOPED_TRACE(each.dtype);
    const std::size_t bytes = each.value.size();
    const std::string row = std::to_string(64 * bytes);
    const std::string common = std::string(R"("dtype": ")") + each.dtype + R"(", "shape": [2, 3])";
    const std::string padding = R"(, "strides": [)" + row + ", " + std::to_string(bytes) + "]";
    for (const std::string& strides : {std::string(), padding}) {
      const Loaded loaded(make_network_file({each.element_type, each.precision, {2, 3}, each.constant},
                                            tensors(common, strides, strides)));
      ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
      const hbDNNHandle_t model = loaded.model();
      const hbDNNTensorProperties properties = output_properties(model);
      DeviceTensor input(input_properties(model), properties.alignedByteSize);
      DeviceTensor output(properties, properties.alignedByteSize);
      for (int i = 0; i < 6; ++i) {
        std::memcpy(input.data<char>() + (i / 3) * properties.stride[0] + (i % 3) * properties.stride[1],
                    each.value.data(), bytes);
      }
      ASSERT_EQ(infer(model, &input.tensor, &output.tensor), HB_UCP_SUCCESS) << hbm_sim_last_error();
      for (int i = 0; i < 6; ++i) {
        const char* const at = output.data<char>() + (i / 3) * properties.stride[0] + (i % 3) * properties.stride[1];
        EXPECT_EQ(std::string(at, bytes), each.sum);
      }
    }
  }
}

TEST_F(OpenVino, inferences_run_at_once_and_do_not_mix) {
  const Loaded loaded(float_network(0.25f));
  const hbDNNHandle_t model = loaded.model();
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      DeviceTensor input(input_properties(model), 24);
      DeviceTensor output(output_properties(model), 24);
      for (int call = 0; call < 100; ++call) {
        input.data<float>()[4] = static_cast<float>(1000 * thread + call);
        const std::int32_t status = infer(model, &input.tensor, &output.tensor);
        if (status != HB_UCP_SUCCESS || output.data<float>()[4] != static_cast<float>(1000 * thread + call) + 0.25f) {
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

TEST_F(OpenVino, a_network_that_differs_from_its_manifest_is_refused_with_both_sides) {
  const AddNetwork network{"f32", "FP32", {2, 3}, bytes_of(1.0f)};
  const Loaded shape(make_network_file(network, tensors(R"("dtype": "F32", "shape": [3, 2])")));
  EXPECT_EQ(shape.status, HB_UCP_MODEL_INVALID);
  expect_error_says("input 0 'x': the manifest declares F32 [3, 2], the network has f32 [2,3]");
  const Loaded dtype(make_network_file(network, tensors(R"("dtype": "S32", "shape": [2, 3])")));
  EXPECT_EQ(dtype.status, HB_UCP_MODEL_INVALID);
  const Loaded dynamic(make_network_file(network, tensors(R"("dtype": "F32", "shape": [-1, 3])")));
  EXPECT_EQ(dynamic.status, HB_UCP_MODEL_INVALID);
  const Loaded count(make_network_file(network, R"("inputs": [{"name": "a", "dtype": "F32", "shape": [2, 3]},
      {"name": "b", "dtype": "F32", "shape": [2, 3]}], "outputs": [{"name": "y", "dtype": "F32", "shape": [2, 3]}])"));
  EXPECT_EQ(count.status, HB_UCP_MODEL_INVALID);
  expect_error_says("declares 2 inputs, the network has 1");
}

TEST_F(OpenVino, programs_that_openvino_cannot_read_are_refused) {
  const std::string manifest = R"({"format": "hbm-sim", "version": 1, "models": [{"name": "m", "engine": "openvino",
      "program": {"xml": "x", "bin": "b"}, )" +
                               tensors(R"("dtype": "F32", "shape": [2, 3])") + "}]}";
  const std::string xml = AddNetwork{"f32", "FP32", {2, 3}, bytes_of(1.0f)}.xml();
  for (const auto& [program, weights] :
       std::vector<std::pair<std::string, std::string>>{{"", "1234"},
                                                        {"<net/>", "1234"},
                                                        {"not xml", "1234"},
                                                        {xml, ""},
                                                        {xml, "12"},
                                                        {xml.substr(0, 300), "1234"}}) {
    const Loaded loaded(make_zip({{"manifest.json", manifest}, {"x", program}, {"b", weights}}));
    EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << program.substr(0, 20) << " with " << weights.size();
    expect_error_says("model 'm': ");
  }
}

TEST_F(OpenVino, the_compiled_network_is_kept_and_a_damaged_one_is_made_again) {
  const std::string folder = folder_->path() + "/networks";
  std::filesystem::remove_all(folder);
  const std::string file = float_network(0.75f);
  const auto works = [&] {
    const Loaded loaded(file);
    const hbDNNHandle_t model = loaded.model();
    DeviceTensor input(input_properties(model), 24);
    DeviceTensor output(output_properties(model), 24);
    return infer(model, &input.tensor, &output.tensor) == HB_UCP_SUCCESS && output.data<float>()[5] == 0.75f;
  };
  EXPECT_TRUE(works());
  const auto entries = [&] {
    return std::vector<std::filesystem::directory_entry>(std::filesystem::directory_iterator(folder), {});
  };
  ASSERT_EQ(entries().size(), 1u);
  const std::string path = entries()[0].path();
  const auto bytes = std::filesystem::file_size(path);
  EXPECT_TRUE(works());
  std::filesystem::resize_file(path, bytes / 2);
  EXPECT_TRUE(works());
  EXPECT_EQ(std::filesystem::file_size(path), bytes);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(100) << "damage";
  EXPECT_TRUE(works());
}

TEST_F(OpenVino, a_thousand_load_run_release_cycles_work) {
  const std::string file = float_network(0.5f);
  const Loaded keeps_the_network(file);
  for (int cycle = 0; cycle < 1000; ++cycle) {
    const Loaded loaded(file);
    ASSERT_EQ(loaded.status, HB_UCP_SUCCESS) << hbm_sim_last_error();
  }
}

}  // namespace
}  // namespace hbm_sim_test
