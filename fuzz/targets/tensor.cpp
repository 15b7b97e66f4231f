// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Layouts of tensors: shapes and strides of any size, then copies and real values of those that fit into memory.
#include <cmath>
#include <stdexcept>

#include "driver/error.hpp"
#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/quantize.hpp"
#include "hbm/tensor/strided.hpp"
#include "runtime/tensor_layout.hpp"
#include "target.hpp"

namespace {

using namespace hbm;

constexpr tensor::ElementType kElementTypes[] = {
    {tensor::TypeCode::kInt, 4},   {tensor::TypeCode::kUint, 4},   {tensor::TypeCode::kInt, 8},
    {tensor::TypeCode::kUint, 8},  {tensor::TypeCode::kFloat, 16}, {tensor::TypeCode::kInt, 16},
    {tensor::TypeCode::kUint, 16}, {tensor::TypeCode::kFloat, 32}, {tensor::TypeCode::kInt, 32},
    {tensor::TypeCode::kUint, 32}, {tensor::TypeCode::kFloat, 64}, {tensor::TypeCode::kInt, 64},
    {tensor::TypeCode::kUint, 64}, {tensor::TypeCode::kBool, 8}};
constexpr std::int64_t kMostBytes = 1 << 16;

struct Layout {
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t strides[kMaxRank] = {};
};

Layout layout_of(hbm_fuzz::Input& input, std::int64_t item_bytes) {
  Layout layout;
  layout.rank = static_cast<int>(input.between(0, kMaxRank));
  const bool small = !input.flip();
  for (int i = 0; i < layout.rank; ++i) {
    layout.shape[i] = small ? input.between(0, 5) : std::max<std::int64_t>(0, input.take<std::int64_t>());
    layout.strides[i] = small ? item_bytes * input.between(-8, 40) : input.take<std::int64_t>();
  }
  if (input.flip()) {
    tensor::fill_dense_strides(layout.shape, layout.rank, item_bytes, layout.strides);
  }
  return layout;
}

tensor::Quantization quantization_of(hbm_fuzz::Input& input, const Layout& layout) {
  tensor::Quantization quantization;
  quantization.axis = static_cast<std::int32_t>(input.between(-2, 10));
  const bool fits = quantization.axis >= 0 && quantization.axis < layout.rank && layout.shape[quantization.axis] < 64;
  const auto count =
      static_cast<std::size_t>(fits && input.flip() ? layout.shape[quantization.axis] : input.between(0, 3));
  for (std::size_t i = 0; i < count; ++i) {
    quantization.scale.push_back(input.take<float>());
  }
  quantization.zero_point.resize(input.flip() ? count : static_cast<std::size_t>(input.between(0, 3)),
                                 input.take<std::int32_t>());
  return quantization;
}

/// Copies a tensor into a dense one and to real values, if it lies within a little memory.
void convert(hbm_fuzz::Input& input, const tensor::ElementType& type, const Layout& layout) {
  const std::int64_t item = type.item_bytes();
  const auto reach = tensor::reach(layout.shape, layout.strides, layout.rank);
  const auto items = tensor::product(layout.shape, layout.rank);
  tensor::is_dense(layout.shape, layout.strides, layout.rank, item);
  if (!reach || !items || *items > kMostBytes || reach->lowest < -kMostBytes || reach->highest > kMostBytes) {
    return;
  }
  const tensor::Quantization quantization = quantization_of(input, layout);
  const std::vector<std::uint8_t> memory =
      input.repeated(static_cast<std::size_t>(*items == 0 ? 0 : reach->highest - reach->lowest + item));
  const std::uint8_t* const first = memory.data() - reach->lowest;
  Layout dense = layout;
  tensor::fill_dense_strides(dense.shape, dense.rank, item, dense.strides);
  std::vector<std::uint8_t> copy(static_cast<std::size_t>(*items * item));
  tensor::copy_strided(copy.data(), dense.strides, first, layout.strides, layout.shape, layout.rank, item,
                       input.flip());
  // A packed tensor has two elements for each item along its last axis; where it has none, that axis may have any
  // length.
  Layout elements = layout;
  const bool packed = type.is_packed() && layout.rank > 0;
  if (packed && *items > 0) {
    elements.shape[layout.rank - 1] *= 2;
  }
  const auto count = static_cast<std::size_t>(packed ? *items * 2 : *items);
  std::vector<float> real(count);
  std::vector<tensor::Half> halves(count);
  try {
    const tensor::Elements view{first, type, elements.shape, elements.strides, elements.rank};
    tensor::dequantize(view, quantization, real.data());
    tensor::dequantize(view, quantization, halves.data());
  } catch (const std::invalid_argument&) {
    return;
  }
  std::vector<std::int64_t> integers(count);
  try {
    tensor::quantize(real.data(), elements.shape, elements.rank, quantization, input.one_of(kElementTypes),
                     integers.data());
  } catch (const std::invalid_argument&) {
  }
  for (std::size_t i = 0; i < count; ++i) {
    hbm_fuzz::require(std::isnan(real[i]) == std::isnan(static_cast<float>(halves[i])));
  }
}

/// The layout that the runtime gives a tensor, from properties as it accepts them of a library.
void settle(hbm_fuzz::Input& input) {
  const auto number = [&]() -> std::int64_t {
    const std::int64_t kind = input.between(0, 3);
    return kind == 0 ? -1 : kind == 1 ? input.between(0, 9) : input.take<std::int32_t>() & INT32_MAX;
  };
  TensorInfo info;
  info.name = "t";
  info.dtype = static_cast<hbDNNDataType>(input.between(0, HB_DNN_TENSOR_TYPE_MAX - 1));
  const std::int64_t rank = input.between(1, kMaxRank);
  std::int64_t shape[kMaxRank];
  for (std::int64_t i = 0; i < rank; ++i) {
    info.shape.push_back(number());
    info.stride_bytes.push_back(input.flip() ? std::max<std::int64_t>(0, number()) << input.between(0, 31) : -1);
    shape[i] = info.shape.back() < 0 ? std::max<std::int64_t>(0, number()) : info.stored_shape().back();
    info.properties.validShape.dimensionSize[i] = static_cast<std::int32_t>(info.shape.back());
    info.properties.stride[i] = info.stride_bytes.back();
  }
  info.properties.validShape.numDimensions = static_cast<std::int32_t>(rank);
  info.aligned_bytes = input.flip() ? -1 : input.take<std::int64_t>() & INT64_MAX;
  try {
    const TensorLayout settled = settle_layout(info, shape, 64);
    hbm_fuzz::require(settled.bytes > 0);
    hbDNNTensorProperties written = info.properties;
    apply_layout(info, settled, &written);
    hbm_fuzz::require(reported_layout(info, written).bytes > 0);
  } catch (const Error&) {
  }
}

}  // namespace

HBM_FUZZ_TARGET(tensor, input) {
  if (input.flip()) {
    return settle(input);
  }
  const tensor::ElementType& type = input.one_of(kElementTypes);
  const Layout layout = layout_of(input, type.item_bytes());
  convert(input, type, layout);
}
