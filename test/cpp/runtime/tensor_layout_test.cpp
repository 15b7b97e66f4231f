// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/tensor_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "driver/error.hpp"

namespace {

using Shape = std::vector<std::int64_t>;

hbm::TensorInfo tensor(hbDNNDataType dtype, const Shape& shape, const Shape& strides, std::int64_t aligned_bytes = -1) {
  hbm::TensorInfo info;
  info.name = "x";
  info.dtype = dtype;
  info.shape = shape;
  info.stride_bytes = strides;
  info.aligned_bytes = aligned_bytes;
  return info;
}

Shape strides_of(const hbm::TensorLayout& layout) {
  return Shape(layout.stride_bytes, layout.stride_bytes + layout.rank);
}

TEST(TensorLayout, OpenStridesAreRoundedUpFromTheInnermostOutwards) {
  const hbm::TensorInfo y = tensor(HB_DNN_TENSOR_TYPE_U8, {1, 220, 220, 1}, {-1, -1, 1, 1});
  const hbm::TensorLayout on_s100 = hbm::settle_layout(y, y.shape.data(), 32);
  EXPECT_EQ(strides_of(on_s100), (Shape{49280, 224, 1, 1}));
  EXPECT_EQ(on_s100.bytes, 49280);
  EXPECT_TRUE(on_s100.padded);
  const hbm::TensorLayout on_s600 = hbm::settle_layout(y, y.shape.data(), 64);
  EXPECT_EQ(strides_of(on_s600), (Shape{56320, 256, 1, 1}));
}

TEST(TensorLayout, TheChromaPlaneKeepsItsTwoBytesAPixel) {
  const hbm::TensorInfo uv = tensor(HB_DNN_TENSOR_TYPE_U8, {1, 110, 110, 2}, {-1, -1, 2, 1});
  EXPECT_EQ(strides_of(hbm::settle_layout(uv, uv.shape.data(), 32)), (Shape{24640, 224, 2, 1}));
}

TEST(TensorLayout, AlignmentFollowsTheSoc) {
  EXPECT_EQ(hbm::stride_alignment("s100"), 32);
  EXPECT_EQ(hbm::stride_alignment("s100p"), 32);
  EXPECT_EQ(hbm::stride_alignment("s600"), 64);
  EXPECT_EQ(hbm::stride_alignment("something new"), 64);
}

TEST(TensorLayout, AllocatesTheAlignedSizeWhereItExceedsTheItems) {
  const hbm::TensorInfo scores = tensor(HB_DNN_TENSOR_TYPE_F32, {1, 1000}, {4000, 4}, 4096);
  const hbm::TensorLayout layout = hbm::settle_layout(scores, scores.shape.data(), 64);
  EXPECT_EQ(layout.bytes, 4096);
  EXPECT_TRUE(layout.padded);
}

TEST(TensorLayout, ADenseTensorHasNoGaps) {
  const hbm::TensorInfo dense = tensor(HB_DNN_TENSOR_TYPE_S16, {2, 3}, {6, 2}, 12);
  const hbm::TensorLayout layout = hbm::settle_layout(dense, dense.shape.data(), 64);
  EXPECT_EQ(layout.bytes, 12);
  EXPECT_FALSE(layout.padded);
}

TEST(TensorLayout, FourBitTensorsAreCountedInBytes) {
  const hbm::TensorInfo packed = tensor(HB_DNN_TENSOR_TYPE_S4, {2, 5}, {-1, 1});
  const Shape stored = packed.stored_shape();
  EXPECT_EQ(stored, (Shape{2, 3}));
  const hbm::TensorLayout layout = hbm::settle_layout(packed, stored.data(), 64);
  EXPECT_EQ(strides_of(layout), (Shape{64, 1}));
}

TEST(TensorLayout, AbsurdSizesAreRefusedInsteadOfOverflowing) {
  const hbm::TensorInfo huge = tensor(HB_DNN_TENSOR_TYPE_F64, {2000000000, 2000000000, 2000000000}, {-1, -1, 8});
  EXPECT_THROW(hbm::settle_layout(huge, huge.shape.data(), 64), hbm::ValueError);
}

TEST(TensorLayout, SizesAreSettledUpToTheirLimit) {
  constexpr std::int64_t kMost = std::int64_t{1} << 48;
  const hbm::TensorInfo largest = tensor(HB_DNN_TENSOR_TYPE_U8, {kMost}, {1});
  EXPECT_EQ(hbm::settle_layout(largest, largest.shape.data(), 64).bytes, kMost);
  const hbm::TensorInfo larger = tensor(HB_DNN_TENSOR_TYPE_U8, {kMost + 1}, {1});
  EXPECT_THROW(hbm::settle_layout(larger, larger.shape.data(), 64), hbm::ValueError);
}

TEST(TensorLayout, OnlyEntriesThatTheLibraryLeftOpenAreWritten) {
  const hbm::TensorInfo rows = tensor(HB_DNN_TENSOR_TYPE_F32, {-1, 10}, {-1, 4});
  hbDNNTensorProperties properties = {};
  properties.validShape.numDimensions = 2;
  properties.validShape.dimensionSize[0] = -1;
  properties.validShape.dimensionSize[1] = 10;
  properties.stride[0] = -1;
  properties.stride[1] = 4;
  properties.alignedByteSize = -1;
  const Shape shape{3, 10};
  hbm::apply_layout(rows, hbm::settle_layout(rows, shape.data(), 64), &properties);
  EXPECT_EQ(properties.validShape.dimensionSize[0], 3);
  EXPECT_EQ(properties.stride[0], 64);
  EXPECT_EQ(properties.alignedByteSize, -1);
}

TEST(TensorLayout, AReportHasAtMostTenDimensions) {
  const hbm::TensorInfo ten = tensor(HB_DNN_TENSOR_TYPE_U8, Shape(10, 1), Shape(10, 1));
  hbDNNTensorProperties properties = {};
  std::fill_n(properties.validShape.dimensionSize, 10, 1);
  std::fill_n(properties.stride, 10, 1);
  properties.validShape.numDimensions = 10;
  EXPECT_EQ(hbm::reported_layout(ten, properties).rank, 10);
  properties.validShape.numDimensions = 11;
  EXPECT_THROW(hbm::reported_layout(ten, properties), hbm::StateError);
}

TEST(TensorLayout, AReportThatLeavesSomethingOpenIsRefused) {
  const hbm::TensorInfo rows = tensor(HB_DNN_TENSOR_TYPE_F32, {-1}, {4});
  hbDNNTensorProperties properties = {};
  properties.validShape.numDimensions = 1;
  properties.validShape.dimensionSize[0] = -1;
  properties.stride[0] = 4;
  EXPECT_THROW(hbm::reported_layout(rows, properties), hbm::StateError);
}

}  // namespace
