// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbm_runtime_ros/tensor.hpp"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "hbm_runtime_ros/msg/inference_result.hpp"

namespace {

using hbm_runtime_ros::dequantize;
using hbm_runtime_ros::Half;
using hbm_runtime_ros::make_tensor;
using hbm_runtime_ros::tensor_view;
using hbm_runtime_ros::TensorError;
using hbm_runtime_ros::msg::Tensor;

int failures = 0;

void expect(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "FAILED: %s\n", what);
    ++failures;
  }
}

template <typename Error = TensorError, typename Body>
void expect_refused(const char* words, Body body) {
  try {
    body();
  } catch (const Error& error) {
    if (std::string(error.what()).find(words) != std::string::npos) {
      return;
    }
    std::fprintf(stderr, "got: %s\n", error.what());
  }
  expect(false, words);
}

Tensor ramp() {
  const std::vector<std::int16_t> numbers = {0, 1, 2, 3, 4, 5};
  return make_tensor("boxes", numbers.data(), {2, 3}, {{0.5F, 1.0F, 2.0F}, {0, 1, -1}, 1});
}

void views_are_of_the_message() {
  const Tensor tensor = ramp();
  const auto view = tensor_view<std::int16_t>(tensor);
  expect(static_cast<const void*>(view.data()) == tensor.data.data(), "a view copies nothing");
  expect(view.size() == 6 && view.rank() == 2 && view.is_compact(), "a view knows its size");
  expect(view.at(1, 2) == 5, "an element by its indices");
  expect_refused<std::out_of_range>("index 3 on axis 1", [&] { view.at(0, 3); });
  expect_refused<std::out_of_range>("2 axes takes as many indices, got 1", [&] { view.at(0); });
}

void strides_and_offset_are_obeyed() {
  Tensor tensor = ramp();
  tensor.shape = {3};
  tensor.strides = {-2};
  tensor.byte_offset = 2 * 4;
  const auto view = tensor_view<std::int16_t>(tensor);
  expect(view.at(0) == 4 && view.at(2) == 0 && !view.is_compact(), "strides may run backwards");
}

void real_values_are_those_of_the_quantisation() {
  expect(dequantize(ramp()) == std::vector<float>({0, 0, 6, 1.5F, 3, 12}), "(number - zero_point) * scale");
  const Half half(0.1F);
  expect(dequantize(make_tensor("t", &half, {})) == std::vector<float>({0.0999755859375F}), "a half and no axis");
  expect(tensor_view<Half>(make_tensor("t", &half, {1})).at(0) == 0.0999755859375F, "a half reads as a number");
  Tensor nibbles;
  nibbles.shape = {2, 3};
  nibbles.dtype_bits = 4;
  nibbles.data = {0x21, 0x0f, 0x87, 0x00};
  expect(dequantize(nibbles) == std::vector<float>({1, 2, -1, 7, -8, 0}), "4-bit integers are unpacked");
  nibbles.data.pop_back();
  expect_refused("reach outside of its data of 3 bytes", [&] { dequantize(nibbles); });
}

void what_is_not_right_is_refused() {
  expect_refused("tensor 'boxes': expected elements of float32, got int16", [] { tensor_view<float>(ramp()); });
  Tensor tensor = ramp();
  tensor.data.pop_back();
  expect_refused("reach outside of its data of 11 bytes", [&] { tensor_view<std::int16_t>(tensor); });
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{most, most}, {most}, {2, 4}}) {
    tensor = ramp();
    tensor.shape = shape;
    expect_refused("reach outside", [&] { tensor_view<std::int16_t>(tensor); });
  }
  tensor = ramp();
  tensor.byte_offset = std::numeric_limits<std::uint64_t>::max();
  expect_refused("reach outside", [&] { tensor_view<std::int16_t>(tensor); });
  tensor = ramp();
  tensor.strides = {-3, 1};
  expect_refused("reach outside", [&] { tensor_view<std::int16_t>(tensor); });
  tensor = ramp();
  tensor.shape = {2, -3};
  expect_refused("lengths of 0 or more, got -3", [&] { tensor_view<std::int16_t>(tensor); });
  tensor = ramp();
  tensor.strides = {1};
  expect_refused("a stride for each of 2 axes, or none, got 1", [&] { tensor_view<std::int16_t>(tensor); });
  tensor = ramp();
  tensor.quant_axis = 0;
  expect_refused("tensor 'boxes': expected 1 scale, or 2 for axis 0, got 3", [&] { dequantize(tensor); });
  tensor = ramp();
  tensor.quant_scale.clear();
  expect_refused("with 0 scales", [&] { dequantize(tensor); });
  tensor.quant_type = Tensor::QUANT_NONE;
  tensor.dtype_code = Tensor::DTYPE_BFLOAT;
  expect_refused("no real values of bfloat16 are known", [&] { dequantize(tensor); });
  const float value = 1;
  expect_refused("expected one of 1 axes for 2 scales, got axis 1",
                 [&] { make_tensor("t", &value, {1}, {{1, 2}, {}, 1}); });
  expect_refused("more elements than", [&] { make_tensor("t", &value, {most, most}); });
}

void empty_tensors_are_tensors() {
  const Tensor tensor = make_tensor<float>("none", nullptr, {0, 3});
  expect(tensor_view<float>(tensor).size() == 0 && tensor_view<float>(tensor).is_compact(), "a view of nothing");
  expect(dequantize(tensor).empty(), "real values of nothing");
}

}  // namespace

int main() {
  views_are_of_the_message();
  strides_and_offset_are_obeyed();
  real_values_are_those_of_the_quantisation();
  what_is_not_right_is_refused();
  empty_tensors_are_tensors();
  return failures == 0 ? 0 : 1;
}
