// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Real values of tensors: dequantisation, and conversion between floats. It needs no ROS.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hbm_runtime_ros/element_type.hpp"
#include "hbm_runtime_ros/half.hpp"

namespace hbm_runtime_ros {

/// real = (number - zero_point) * scale, with one scale for the tensor or one for each index along `axis`.
struct Quantization {
  std::vector<float> scale;              ///< empty: the numbers are real values already
  std::vector<std::int32_t> zero_point;  ///< as many as scales, or empty: all zero
  std::int32_t axis = -1;                ///< -1: one scale for the whole tensor
};

/// Where the elements of a tensor lie. `stride_bytes` are between neighbours along each axis. 4-bit elements stand two
/// a byte along the last axis, the first in the low half; its stride is that of the bytes.
struct Elements {
  const void* first = nullptr;
  ElementType type;
  std::vector<std::int64_t> shape;  ///< elements
  std::vector<std::int64_t> stride_bytes;
};

namespace detail {

// 8 and 16 bits are exact in float; wider ones need double.
template <typename Number>
using Exact = std::conditional_t<(sizeof(Number) <= 2 || std::is_same_v<Number, float>), float, double>;

template <typename Number>
struct Load {
  using Wide = Exact<Number>;

  static Wide at(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t i) {
    Number number;
    std::memcpy(&number, line + i * stride_bytes, sizeof(number));
    return static_cast<Wide>(number);
  }
  static constexpr std::int64_t kDense = sizeof(Number);
};

template <>
struct Load<Half> {
  using Wide = float;

  static float at(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t i) {
    std::uint16_t bits;
    std::memcpy(&bits, line + i * stride_bytes, sizeof(bits));
    return float_from_half(bits);
  }
  static constexpr std::int64_t kDense = sizeof(Half);
};

struct SignedNibble {};
struct UnsignedNibble {};

template <>
struct Load<UnsignedNibble> {
  using Wide = float;

  static float at(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t i) {
    return static_cast<float>(line[i / 2 * stride_bytes] >> i % 2 * 4 & 0x0f);
  }
  static constexpr std::int64_t kDense = 1;
};

template <>
struct Load<SignedNibble> {
  using Wide = float;

  static float at(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t i) {
    return static_cast<float>(((line[i / 2 * stride_bytes] >> i % 2 * 4 & 0x0f) ^ 8) - 8);
  }
  static constexpr std::int64_t kDense = 1;
};

// The scales of a line of elements. `step` is 1 where each element has its own, 0 where one holds for all.
struct LineScale {
  const float* scale;  // null: the numbers are real values
  const std::int32_t* zero_point;
  std::int64_t step;

  LineScale from(std::int64_t i) const {
    return scale == nullptr ? *this : LineScale{scale + i * step, zero_point + i * step, step};
  }
};

template <typename Source>
struct Line {
  using Wide = typename Load<Source>::Wide;

  static void convert(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t count,
                      float* __restrict target) {
    for (std::int64_t i = 0; i < count; ++i) {
      target[i] = static_cast<float>(Load<Source>::at(line, stride_bytes, i));
    }
  }

  static void dequantize(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t count,
                         const LineScale& scales, float* __restrict target) {
    if (scales.step == 0) {
      const auto scale = static_cast<Wide>(*scales.scale);
      const auto zero_point = static_cast<Wide>(*scales.zero_point);
      for (std::int64_t i = 0; i < count; ++i) {
        target[i] = static_cast<float>((Load<Source>::at(line, stride_bytes, i) - zero_point) * scale);
      }
      return;
    }
    const float* const scale = scales.scale;
    const std::int32_t* const zero_point = scales.zero_point;
    for (std::int64_t i = 0; i < count; ++i) {
      target[i] = static_cast<float>((Load<Source>::at(line, stride_bytes, i) - static_cast<Wide>(zero_point[i])) *
                                     static_cast<Wide>(scale[i]));
    }
  }

  // A stride that the compiler knows lets it use vectors.
  static void run(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t count, const LineScale& scales,
                  float* target) {
    constexpr std::int64_t dense = Load<Source>::kDense;
    if (scales.scale == nullptr) {
      stride_bytes == dense ? convert(line, dense, count, target) : convert(line, stride_bytes, count, target);
    } else if (stride_bytes == dense) {
      dequantize(line, dense, count, scales, target);
    } else {
      dequantize(line, stride_bytes, count, scales, target);
    }
  }
};

using RunLine = void (*)(const std::uint8_t*, std::int64_t, std::int64_t, const LineScale&, float*);

inline RunLine line_for(const ElementType& type) {
  switch (type.code) {
    case TypeCode::kInt:
      switch (type.bits) {
        case 4:
          return Line<SignedNibble>::run;
        case 8:
          return Line<std::int8_t>::run;
        case 16:
          return Line<std::int16_t>::run;
        case 32:
          return Line<std::int32_t>::run;
        case 64:
          return Line<std::int64_t>::run;
        default:
          break;
      }
      break;
    case TypeCode::kUint:
      switch (type.bits) {
        case 4:
          return Line<UnsignedNibble>::run;
        case 8:
          return Line<std::uint8_t>::run;
        case 16:
          return Line<std::uint16_t>::run;
        case 32:
          return Line<std::uint32_t>::run;
        case 64:
          return Line<std::uint64_t>::run;
        default:
          break;
      }
      break;
    case TypeCode::kFloat:
      switch (type.bits) {
        case 16:
          return Line<Half>::run;
        case 32:
          return Line<float>::run;
        case 64:
          return Line<double>::run;
        default:
          break;
      }
      break;
    case TypeCode::kBool:
      if (type.bits == 8) {
        return Line<std::uint8_t>::run;
      }
      break;
    case TypeCode::kBfloat:
      break;
  }
  throw std::invalid_argument("no real values of " + to_string(type) + " are known");
}

struct Axis {
  std::int64_t length;
  std::int64_t stride_bytes;
  std::int64_t scale_step;
};

inline void write_line(RunLine run_line, const std::uint8_t* line, const Axis& axis, ElementType,
                       const LineScale& scales, float* target) {
  run_line(line, axis.stride_bytes, axis.length, scales, target);
}

// By way of floats that stay in the nearest cache: both steps are vector code then.
inline void write_line(RunLine run_line, const std::uint8_t* line, const Axis& axis, ElementType type,
                       const LineScale& scales, Half* target) {
  constexpr std::int64_t chunk = 512;
  const std::int64_t elements_a_stride = type.bits < 8 ? 2 : 1;
  float floats[chunk];
  for (std::int64_t start = 0; start < axis.length; start += chunk) {
    const std::int64_t count = std::min(chunk, axis.length - start);
    run_line(line + start / elements_a_stride * axis.stride_bytes, axis.stride_bytes, count, scales.from(start),
             floats);
    for (std::int64_t i = 0; i < count; ++i) {
      target[start + i] = Half(floats[i]);
    }
  }
}

// The axes that are longer than 1, neighbours merged where one step of the outer one equals a whole inner one, for the
// elements and for the scales alike: lines get as long as they can.
inline std::vector<Axis> merged_axes(const Elements& elements, std::int64_t channel_axis) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < elements.shape.size(); ++i) {
    const Axis axis{elements.shape[i], elements.stride_bytes[i], static_cast<std::int64_t>(i) == channel_axis ? 1 : 0};
    // Two 4-bit elements share an address along the last axis, so that one stays as it is.
    const bool packed = elements.type.bits < 8 && i + 1 == elements.shape.size();
    if (axis.length == 1 && !packed) {
      continue;
    }
    if (!packed && !axes.empty() && axes.back().stride_bytes == axis.stride_bytes * axis.length &&
        axes.back().scale_step == axis.scale_step * axis.length) {
      axes.back() = {axes.back().length * axis.length, axis.stride_bytes, axis.scale_step};
    } else {
      axes.push_back(axis);
    }
  }
  if (axes.empty()) {
    axes.push_back({1, 0, 0});
  }
  return axes;
}

}  // namespace detail

/// Throws std::invalid_argument where scales, zero points and axis do not fit `shape`.
inline void check_quantization(const Quantization& quantization, const std::vector<std::int64_t>& shape) {
  const std::size_t scales = quantization.scale.size();
  if (!quantization.zero_point.empty() && quantization.zero_point.size() != scales) {
    throw std::invalid_argument("expected as many zero points as scales, " + std::to_string(scales) +
                                ", or none, got " + std::to_string(quantization.zero_point.size()));
  }
  if (scales <= 1) {
    return;
  }
  const bool known = quantization.axis >= 0 && quantization.axis < static_cast<std::int64_t>(shape.size());
  if (!known || shape[static_cast<std::size_t>(quantization.axis)] != static_cast<std::int64_t>(scales)) {
    throw std::invalid_argument(
        std::to_string(scales) + " scales for axis " + std::to_string(quantization.axis) + ", which has " +
        (known ? std::to_string(shape[static_cast<std::size_t>(quantization.axis)]) + " elements" : "no elements"));
  }
}

/// Writes the real values of `elements` in row-major order. `Target` is float or Half; `target` holds as many. Values
/// beyond the range of a Half become infinity. Throws std::invalid_argument where the element type has no real values,
/// or the quantisation does not fit the shape.
template <typename Target>
void write_real_values(const Elements& elements, const Quantization& quantization, Target* target) {
  static_assert(std::is_same_v<Target, float> || std::is_same_v<Target, Half>, "real values are float or Half");
  const detail::RunLine run_line = detail::line_for(elements.type);
  check_quantization(quantization, elements.shape);
  for (const std::int64_t length : elements.shape) {
    if (length == 0) {
      return;
    }
  }
  const bool quantized = !quantization.scale.empty();
  const bool per_channel = quantization.scale.size() > 1;
  const std::vector<std::int32_t> zeros(quantization.zero_point.empty() ? quantization.scale.size() : 0);
  const std::int32_t* const zero_points = zeros.empty() ? quantization.zero_point.data() : zeros.data();
  std::vector<detail::Axis> outer = detail::merged_axes(elements, per_channel ? quantization.axis : -1);
  const detail::Axis inner = outer.back();
  outer.pop_back();

  const auto* line = static_cast<const std::uint8_t*>(elements.first);
  std::int64_t channel = 0;
  std::vector<std::int64_t> index(outer.size(), 0);
  while (true) {
    const detail::LineScale scales{quantized ? quantization.scale.data() + channel : nullptr,
                                   quantized ? zero_points + channel : nullptr, inner.scale_step};
    detail::write_line(run_line, line, inner, elements.type, scales, target);
    target += inner.length;
    // Count up like an odometer: the last outer axis turns fastest.
    std::size_t axis = outer.size();
    while (axis-- > 0) {
      line += outer[axis].stride_bytes;
      channel += outer[axis].scale_step;
      if (++index[axis] < outer[axis].length) {
        break;
      }
      line -= outer[axis].stride_bytes * outer[axis].length;
      channel -= outer[axis].scale_step * outer[axis].length;
      index[axis] = 0;
    }
    if (axis == static_cast<std::size_t>(-1)) {
      return;
    }
  }
}

}  // namespace hbm_runtime_ros
