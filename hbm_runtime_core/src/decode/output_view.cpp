// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/output_view.hpp"

#include <cmath>

#include "driver/error.hpp"

namespace hbm::decode {
tensor::ElementType element_from_name(const std::string& name) {
  using tensor::TypeCode;
  constexpr tensor::ElementType kTypes[] = {{TypeCode::kBool, 8},   {TypeCode::kInt, 8},    {TypeCode::kUint, 8},
                                            {TypeCode::kInt, 16},   {TypeCode::kUint, 16},  {TypeCode::kInt, 32},
                                            {TypeCode::kUint, 32},  {TypeCode::kInt, 64},   {TypeCode::kUint, 64},
                                            {TypeCode::kFloat, 16}, {TypeCode::kFloat, 32}, {TypeCode::kFloat, 64}};
  for (const tensor::ElementType& type : kTypes) {
    if (tensor::to_string(type) == name) {
      return type;
    }
  }
  throw ValueError("element type '" + name + "' must be bool or a type of numbers of 8 to 64 bits");
}

void check(const OutputInfo& info) {
  const auto rank = static_cast<int>(info.shape.size());
  if (info.channel_axis < -1 || info.channel_axis >= rank) {
    throw ValueError("output '" + info.name + "': axis of channels must be -1 to " + std::to_string(rank - 1) +
                     ", got " + std::to_string(info.channel_axis));
  }
  if (info.zero_points.size() != info.scales.size()) {
    throw ValueError("output '" + info.name + "': expected as many zero points as scales, " +
                     std::to_string(info.scales.size()) + ", got " + std::to_string(info.zero_points.size()));
  }
  for (const float scale : info.scales) {
    if (!(scale >= 0) || std::isinf(scale)) {
      throw ValueError("output '" + info.name + "': scale must be a positive number, got " + std::to_string(scale));
    }
  }
  if (info.scales.size() > 1 && static_cast<std::int64_t>(info.scales.size()) != info.channels()) {
    throw ValueError("output '" + info.name + "': expected one scale, or one for each of " +
                     std::to_string(info.channels()) + " channels, got " + std::to_string(info.scales.size()));
  }
}

OutputView::OutputView(const OutputInfo& info, const void* data, const std::int64_t* shape,
                       const std::int64_t* stride_bytes)
    : info_(&info),
      data_(static_cast<const std::uint8_t*>(data)),
      scales_(info.scales.empty() ? nullptr : info.scales.data()),
      zero_points_(info.zero_points.data()),
      scale_step_(info.scales.size() > 1 ? 1 : 0),
      read_(tensor::line_for(info.element)) {
  int axes = 0;
  for (int axis = static_cast<int>(info.shape.size()) - 1; axis >= 0; --axis) {
    const std::int64_t length = shape[axis];
    if (axis == info.channel_axis) {
      channels_ = length;
      channel_stride_ = stride_bytes[axis];
      continue;
    }
    const bool is_batch = axis == 0 && info.shape.size() > 1;
    if ((is_batch || axes > 1) && length != 1) {
      throw ValueError("output '" + info.name + "': expected 1 along dimension " + std::to_string(axis) + ", got " +
                       std::to_string(length) + "; decoders read one picture at a time");
    }
    if (axes == 0) {
      width_ = length;
      cell_stride_ = stride_bytes[axis];
    } else if (axes == 1) {
      height_ = length;
      row_stride_ = stride_bytes[axis];
    }
    ++axes;
  }
}

}  // namespace hbm::decode
