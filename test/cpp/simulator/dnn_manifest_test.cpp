// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "dnn_loaded.hpp"
#include "dnn_model_file.hpp"

namespace hbm_sim_test {
namespace {

void expect_refused(const std::string& manifest, const std::string& cause) {
  const Loaded loaded(make_model_file(manifest));
  EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << cause;
  expect_error_says(cause);
}

/// A manifest with one timed model whose only input is written as given.
void expect_input_refused(const std::string& input, const std::string& cause) {
  expect_refused(
      timed_manifest("m", R"("inputs": [)" + input + R"(], "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}])"),
      cause);
}

void expect_output_refused(const std::string& output, const std::string& cause) {
  expect_refused(
      timed_manifest("m", R"("inputs": [{"name": "x", "dtype": "U8", "shape": [4, -1]}], "outputs": [)" + output + "]"),
      cause);
}

TEST(Manifest, text_that_is_no_json_is_refused_with_the_place) {
  expect_refused("", "is not JSON");
  expect_refused("{\"format\": \"hbm-sim\"", "is not JSON");
  expect_refused("[NaN]", "is not JSON");
  expect_refused(std::string(200000, '['), "is not JSON");
  expect_refused("{\"a\": \"\xff\"}", "is not JSON");
  expect_refused(R"({"format": "hbm-sim", "format": "hbm-sim"})", "duplicate field \"format\"");
  expect_refused("[]", "manifest: expected an object");
}

TEST(Manifest, values_are_counted_before_memory_is_taken_for_them) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::string text = "[0";
  while (text.size() < 2 * kMost) {
    text += ",0";
  }
  const Loaded just_enough(make_zip({{"manifest.json", text + "]"}}));
  expect_error_says("manifest: expected an object, got an array of 1048576");
  const Loaded too_many(make_zip({{"manifest.json", text + ",0]"}}));
  expect_error_says("manifest.json has 1048577 commas and opening brackets, expected at most 1048576");
}

TEST(Manifest, another_format_and_a_newer_version_are_told_apart) {
  expect_refused(R"({"format": "onnx", "version": 1, "models": []})", "manifest.format: expected \"hbm-sim\"");
  expect_refused(R"({"format": "hbm-sim", "version": 2, "models": []})", "the file is newer");
  expect_refused(R"({"format": "hbm-sim", "version": 1, "models": []})", "manifest.models: expected 1 to");
  expect_refused(R"({"format": "hbm-sim", "version": 1, "soc": "x5", "models": []})", "manifest.soc");
}

TEST(Manifest, a_misspelt_key_is_refused_with_the_known_ones) {
  expect_input_refused(R"({"name": "x", "dtype": "U8", "shape": [4], "stride": [1]})",
                       "manifest.models[0].inputs[0]: unknown field \"stride\" (known: name, description");
}

TEST(Manifest, what_is_missing_or_of_another_kind_is_named_with_its_place) {
  expect_input_refused(R"({"dtype": "U8", "shape": [4]})", "manifest.models[0].inputs[0].name: is missing");
  expect_input_refused(R"({"name": 3, "dtype": "U8", "shape": [4]})", "inputs[0].name: expected a string, got 3");
  expect_input_refused(R"({"name": "", "dtype": "U8", "shape": [4]})", "expected a text that is not empty");
  expect_input_refused(R"({"name": "a\u0000b", "dtype": "U8", "shape": [4]})", "zero character");
  expect_input_refused(R"({"name": "x", "dtype": "U9", "shape": [4]})", "expected one of S4, U4");
  expect_input_refused("3", "inputs[0]: expected an object, got 3");
}

TEST(Manifest, shapes_that_cannot_be_are_refused) {
  for (const char* shape : {"[]", "[1,1,1,1,1,1,1,1,1,1,1]", "[0]", "[-2]", "[1.5]", "[2147483648]", "[\"4\"]", "4",
                            "[99999999999999999999999]", "[1e400]"}) {
    const Loaded loaded(make_model_file(
        timed_manifest("m", std::string(R"("inputs": [{"name": "x", "dtype": "U8", "shape": )") + shape +
                                R"(}], "outputs": [{"name": "y", "dtype": "U8", "shape": [4]}])")));
    EXPECT_EQ(loaded.status, HB_UCP_MODEL_INVALID) << shape;
  }
  expect_input_refused(R"({"name": "x", "dtype": "F64", "shape": [2147483647, 2147483647, 2147483647]})",
                       "larger than any device");
}

TEST(Manifest, strides_that_overlap_or_split_elements_are_refused) {
  expect_input_refused(R"({"name": "x", "dtype": "F32", "shape": [2, 3], "strides": [8, 4]})", "not below 12");
  expect_input_refused(R"({"name": "x", "dtype": "F32", "shape": [2, 3], "strides": [13, 4]})", "a multiple of 4");
  expect_input_refused(R"({"name": "x", "dtype": "F32", "shape": [2, 3], "strides": [12, 8]})", "the innermost");
  expect_input_refused(R"({"name": "x", "dtype": "F32", "shape": [2, 3], "strides": [4]})", "expected 2");
  expect_input_refused(R"({"name": "x", "dtype": "F32", "shape": [2, 3], "strides": [99999999999999, 4]})", "strides");
  expect_input_refused(R"({"name": "x", "dtype": "U8", "shape": [2, 3], "aligned_bytes": 5})", "aligned_bytes");
  expect_input_refused(R"({"name": "x", "dtype": "U8", "shape": [2, -1], "aligned_bytes": 5})", "expected -1");
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [2, 3], "strides": [-1, 1]})", "needs fixed strides");
}

TEST(Manifest, quantisation_must_fit_the_tensor) {
  const std::string tensor = R"({"name": "x", "dtype": "S8", "shape": [2, 3], "quantization": )";
  expect_input_refused(tensor + R"({"type": "shift"}})", "expected \"none\" or \"scale\"");
  expect_input_refused(tensor + R"({"type": "scale", "scale": [1, 2], "axis": 1}})",
                       "expected 1 scale, or 3 for axis 1, got 2");
  expect_input_refused(tensor + R"({"type": "scale", "scale": [1e60]}})", "finite float32");
  expect_input_refused(tensor + R"({"type": "scale", "scale": [1], "zero_point": [1, 2]}})", "expected 1 zero points");
}

TEST(Manifest, fills_must_be_possible) {
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [2], "fill": {"kind": "gold"}})",
                        "zeros, noise, constant, copy or file");
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [2], "fill": {"kind": "constant", "value": 256}})",
                        "is no U8");
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [2], "fill": {"kind": "copy", "input": "z"}})",
                        "no input \"z\"");
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [4, 2], "fill": {"kind": "copy", "input": "x"}})",
                        "the same dtype and shape");
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [4, -1]})", "needs kind copy");
}

TEST(Manifest, names_must_be_unique) {
  expect_output_refused(R"({"name": "y", "dtype": "U8", "shape": [2]}, {"name": "y", "dtype": "U8", "shape": [2]})",
                        "duplicate name \"y\"");
}

}  // namespace
}  // namespace hbm_sim_test
