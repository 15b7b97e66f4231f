// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

/// A file that cannot be used: MODEL_INVALID, the cause in words, and nothing loaded.
void expect_refused(const std::string& file, const std::string& cause) {
  const Loaded loaded(file);
  EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << cause;
  EXPECT_EQ(loaded.package, nullptr);
  expect_error_says(cause);
}

TEST(BadFile, a_missing_file_and_a_folder_cannot_be_opened) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.path() + "/none.hbm", folder.path()}) {
    const char* name = path.c_str();
    hbDNNPackedHandle_t package = nullptr;
    EXPECT_EQ(hbDNNInitializeFromFiles(&package, &name, 1), HB_UCP_FILE_OPEN_FAILED);
    expect_error_says("model file '" + path + "'");
    EXPECT_EQ(package, nullptr);
  }
}

TEST(BadFile, a_model_compiled_for_the_bpu_is_named_and_the_way_out_too) {
  expect_refused(std::string("\x7f"
                             "ELF\2\1\1") +
                     std::string(100, '\0'),
                 "a model compiled for the BPU");
  expect_error_says("hbm pack");
}

TEST(BadFile, foreign_and_short_files_are_named) {
  expect_refused("x", "not a zip archive");
  expect_refused("\x08\x07\x12\x07pytorch", "not a zip archive");
  expect_refused(make_zip({{"model.onnx", "x"}}), "a zip archive without manifest.json");
  expect_refused(make_zip({}), "a zip archive without manifest.json");
}

TEST(BadFile, every_truncation_of_a_model_file_is_refused) {
  const std::string file = make_model_file(identity_manifest());
  for (std::size_t bytes = 1; bytes < file.size(); ++bytes) {
    const Loaded loaded(file.substr(0, bytes));
    EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << bytes << " of " << file.size();
  }
}

TEST(BadFile, every_single_damaged_byte_is_refused_or_harmless) {
  const std::string file = make_model_file(identity_manifest());
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      const Loaded loaded(damaged);
      if (loaded.status == HB_UCP_SUCCESS) {
        EXPECT_EQ(loaded.names(), std::vector<std::string>{"identity"}) << at;
      } else {
        EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << at;
      }
    }
  }
}

/// Bytes that no archive makes smaller: as many as a member must have that claims to expand to more.
std::string noise(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint32_t state = 1;
  for (char& byte : text) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return text;
}

TEST(BadFile, a_zip_bomb_is_refused_before_memory_is_taken) {
  expect_refused(make_zip({{"manifest.json", std::string(8 << 20, ' '), true}}), "more than 256 times");
  expect_refused(make_zip({{"manifest.json", "{}", true, 0xfffffff0u}}), "more than 256 times");
}

TEST(BadFile, a_member_may_expand_256_times) {
  const std::string content = noise(5000);
  std::uint32_t compressed_bytes = 0;
  std::memcpy(&compressed_bytes, make_zip({{"manifest.json", content, true}}).data() + 18, sizeof compressed_bytes);
  expect_refused(make_zip({{"manifest.json", content, true, 256 * compressed_bytes}}), "does not decompress to");
  expect_refused(make_zip({{"manifest.json", content, true, 256 * (compressed_bytes + 1)}}), "more than 256 times");
}

TEST(BadFile, a_member_may_expand_any_number_of_times_up_to_a_mebibyte) {
  expect_refused(make_zip({{"manifest.json", std::string(1 << 20, ' '), true}}), "is not JSON");
  expect_refused(make_zip({{"manifest.json", std::string((1 << 20) + 1, ' '), true}}), "more than 256 times");
}

TEST(BadFile, a_member_of_4_gib_is_refused) {
  expect_refused(make_zip({{"manifest.json", "{}", true, 0xfffffffeU}}), "more than 256 times");
  expect_refused(make_zip({{"manifest.json", "{}", true, 0xffffffffU}}), "the zip directory cannot be read");
}

TEST(BadFile, a_manifest_of_more_than_64_mib_is_refused) {
  const std::string content = noise(300'000);
  expect_refused(make_zip({{"manifest.json", content, true, 64U << 20}}), "does not decompress to the 67108864 bytes");
  expect_refused(make_zip({{"manifest.json", content, true, (64U << 20) + 1}}), "more than the 67108864 allowed");
}

TEST(BadFile, a_member_of_another_size_than_it_claims_is_refused) {
  expect_refused(make_zip({{"manifest.json", "{}", true, 3}}), "zip member 'manifest.json' is damaged");
  expect_refused(make_zip({{"manifest.json", "{}", true, 1}}), "zip member 'manifest.json' is damaged");
  expect_refused(make_zip({{"manifest.json", "{}", false, 3}}), "claims a size that it cannot have");
}

TEST(BadFile, damaged_content_is_found) {
  std::string file = make_zip({{"manifest.json", "{} or so"}});
  file[file.find("or so")] = 'O';
  expect_refused(file, "zip member 'manifest.json' is damaged (CRC error)");
}

TEST(BadFile, what_the_reader_does_not_know_is_refused_by_name) {
  Member encrypted{"manifest.json", "{}"};
  encrypted.flags = 1;
  expect_refused(make_zip({encrypted}), "encrypted");
  Member bzip{"manifest.json", "{}"};
  bzip.method = 12;
  expect_refused(make_zip({bzip}), "compression method 12");
  expect_refused(make_zip({{"manifest.json", "{}"}, {"manifest.json", "{}"}}), "duplicate zip member 'manifest.json'");
}

TEST(BadFile, the_description_of_a_network_has_at_most_a_gibibyte) {
  const std::string manifest = R"({"format": "hbm-sim", "version": 1, "models": [
      {"name": "m", "engine": "openvino", "program": {"xml": "x", "bin": "b"},
       "inputs": [{"name": "x", "dtype": "U8", "shape": [4]}],
       "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}]}]})";
  const std::string content = noise(5 << 20);
  expect_refused(make_zip({{"manifest.json", manifest}, {"x", content, true, 1U << 30}, {"b", ""}}),
                 "does not decompress to the 1073741824 bytes");
  expect_refused(make_zip({{"manifest.json", manifest}, {"x", content, true, (1U << 30) + 1}, {"b", ""}}),
                 "has 1073741825 bytes, more than the 1073741824 allowed");
}

TEST(BadFile, a_program_that_is_missing_is_named) {
  expect_refused(make_model_file(R"({"format": "hbm-sim", "version": 1, "models": [
      {"name": "m", "engine": "openvino", "program": {"xml": "programs/0/network.xml", "bin": "b"},
       "inputs": [{"name": "x", "dtype": "U8", "shape": [4]}],
       "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}]}]})"),
                 "model 'm': zip member 'programs/0/network.xml' is missing");
}

}  // namespace
}  // namespace hbm_sim_test
