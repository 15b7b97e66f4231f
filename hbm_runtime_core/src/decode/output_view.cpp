// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/output_view.hpp"

#include <cmath>
#include <map>

#include "decode/element.hpp"
#include "driver/error.hpp"

namespace hbm::decode {
namespace {

template <typename T, bool Quantized>
void read_line(const uint8_t* at, int64_t stride_bytes, int64_t count, const float* scale, const int32_t* zero_point,
               int64_t scale_step, float* __restrict values) {
  const auto line = [&](int64_t stride, int64_t step) {
    for (int64_t i = 0; i < count; ++i) {
      const auto raw = RawOf<T>::load(at + i * stride);
      if constexpr (Quantized) {
        values[i] = real_value(raw, zero_point[i * step], scale[i * step]);
      } else {
        values[i] = static_cast<float>(raw);
      }
    }
  };
  // Strides that the compiler knows let it use vectors.
  constexpr int64_t dense = sizeof(T);
  if (stride_bytes != dense) {
    line(stride_bytes, scale_step);
  } else if (scale_step == 0) {
    line(dense, 0);
  } else {
    line(dense, 1);
  }
}

}  // namespace

Element element_from_name(const std::string& name) {
  static const std::map<std::string, Element> elements = {
      {"bool", Element::kUint8},    {"int8", Element::kInt8},     {"uint8", Element::kUint8},
      {"int16", Element::kInt16},   {"uint16", Element::kUint16}, {"int32", Element::kInt32},
      {"uint32", Element::kUint32}, {"int64", Element::kInt64},   {"uint64", Element::kUint64},
      {"float16", Element::kHalf},  {"float32", Element::kFloat}, {"float64", Element::kDouble}};
  const auto found = elements.find(name);
  if (found == elements.end()) {
    throw ValueError("element type '" + name + "' must be a type of numbers of 8 to 64 bits");
  }
  return found->second;
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
  const int64_t channels = info.channel_axis < 0 ? 1 : info.shape[static_cast<size_t>(info.channel_axis)];
  if (info.scales.size() > 1 && static_cast<int64_t>(info.scales.size()) != channels) {
    throw ValueError("output '" + info.name + "': expected one scale, or one for each of " + std::to_string(channels) +
                     " channels, got " + std::to_string(info.scales.size()));
  }
}

OutputView::Read OutputView::read_for(const OutputInfo& info) {
  return with_element(info.element, [&](auto element) -> Read {
    using T = decltype(element);
    return info.scales.empty() ? &read_line<T, false> : &read_line<T, true>;
  });
}

OutputView::OutputView(const OutputInfo& info, const void* data, const int64_t* shape, const int64_t* stride_bytes)
    : info_(&info),
      data_(static_cast<const uint8_t*>(data)),
      scales_(info.scales.data()),
      zero_points_(info.zero_points.data()),
      scale_step_(info.scales.size() > 1 ? 1 : 0),
      read_(read_for(info)) {
  int axes = 0;
  for (int axis = static_cast<int>(info.shape.size()) - 1; axis >= 0; --axis) {
    const int64_t length = shape[axis];
    if (axis == info.channel_axis) {
      channels_ = length;
      channel_stride_ = stride_bytes[axis];
      continue;
    }
    if (axes == 0) {
      width_ = length;
      cell_stride_ = stride_bytes[axis];
    } else if (axes == 1) {
      height_ = length;
      row_stride_ = stride_bytes[axis];
    } else if (length != 1) {
      throw ValueError("output '" + info.name + "': expected 1 along dimension " + std::to_string(axis) + ", got " +
                       std::to_string(length) + "; decoders read one picture at a time");
    }
    ++axes;
  }
}

}  // namespace hbm::decode
