// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/output_view.hpp"

#include <gtest/gtest.h>

#include "driver/error.hpp"

using hbm::ValueError;
using hbm::decode::check;
using hbm::decode::element_from_name;
using hbm::decode::OutputInfo;
using hbm::decode::OutputView;
using hbm::tensor::ElementType;
using hbm::tensor::TypeCode;

namespace {

constexpr ElementType kInt8{TypeCode::kInt, 8};
constexpr ElementType kInt32{TypeCode::kInt, 32};
constexpr ElementType kFloat{TypeCode::kFloat, 32};

}  // namespace

TEST(OutputView, reads_a_cell_of_either_order_of_axes) {
  const float values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const OutputInfo last{"y", kFloat, {1, 2, 3, 2}, 3, {}, {}};
  const std::int64_t last_strides[] = {48, 24, 8, 4};
  const OutputView cells(last, values, last.shape.data(), last_strides);
  EXPECT_EQ(cells.height(), 2);
  EXPECT_EQ(cells.width(), 3);
  EXPECT_EQ(cells.real(4, 1), 9);

  const OutputInfo first{"y", kFloat, {1, 2, 2, 3}, 1, {}, {}};
  const std::int64_t first_strides[] = {48, 24, 12, 4};
  const OutputView planes(first, values, first.shape.data(), first_strides);
  EXPECT_EQ(planes.real(4, 1), 10);
  float both[2];
  planes.read(4, 0, 2, both);
  EXPECT_EQ(both[0], 4);
  float row[3];
  planes.read_row(1, 0, 1, 3, row);
  EXPECT_EQ(row[2], 11);
}

TEST(OutputView, a_list_of_boxes_is_a_grid_of_one_row) {
  const float values[] = {0, 1, 2, 3, 4, 5};
  const OutputInfo info{"y", kFloat, {1, 2, 3}, 1, {}, {}};
  const std::int64_t strides[] = {24, 12, 4};
  const OutputView view(info, values, info.shape.data(), strides);
  EXPECT_EQ(view.cells(), 3);
  EXPECT_EQ(view.channels(), 2);
  EXPECT_EQ(view.real(2, 1), 5);
}

TEST(OutputView, dequantizes_with_the_scale_of_each_channel) {
  const std::int32_t values[] = {10, 20, 30, 40};
  const OutputInfo info{"y", kInt32, {1, 1, 2, 2}, 3, {0.5F, 2}, {0, 10}};
  const std::int64_t strides[] = {16, 16, 8, 4};
  const OutputView view(info, values, info.shape.data(), strides);
  EXPECT_EQ(view.real(0, 0), 5);
  EXPECT_EQ(view.real(1, 1), 60);
}

TEST(OutputView, more_pictures_than_one_are_refused) {
  const float values[8] = {};
  const OutputInfo info{"y", kFloat, {-1, 1, 2, 2}, 3, {}, {}};
  const std::int64_t shape[] = {2, 1, 2, 2};
  const std::int64_t strides[] = {16, 16, 8, 4};
  EXPECT_THROW(OutputView(info, values, shape, strides), ValueError);
}

TEST(OutputInfo, parts_that_do_not_fit_together_are_refused) {
  EXPECT_THROW(check({"y", kInt8, {1, 2}, 2, {}, {}}), ValueError);
  EXPECT_THROW(check({"y", kInt8, {1, 2}, 1, {1}, {}}), ValueError);
  EXPECT_THROW(check({"y", kInt8, {1, 2}, 1, {1, 2, 3}, {0, 0, 0}}), ValueError);
  EXPECT_THROW(check({"y", kInt8, {1, 2}, 1, {-1}, {0}}), ValueError);
  EXPECT_THROW(element_from_name("int4"), ValueError);
}
