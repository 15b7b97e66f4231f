// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Real values of tensors: real = (number - zero_point) * scale.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "hbm/tensor/element_type.hpp"
#include "hbm/tensor/half.hpp"
#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/nibble.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm::tensor {

/// real = (number - zero_point) * scale, with one scale for the tensor or one for each index along `axis`.
struct Quantization {
  std::vector<float> scale;              ///< empty: the numbers are real values already
  std::vector<std::int32_t> zero_point;  ///< as many as scales, or empty: all zero
  std::int32_t axis = -1;                ///< of several scales; ignored where there is one for the whole tensor
};

/// Where the elements of a tensor lie; the shape and the strides belong to somebody else. Packed elements have the
/// stride of their bytes along the last axis.
struct Elements {
  const void* first = nullptr;
  ElementType type;
  const std::int64_t* shape = nullptr;  ///< elements along each axis, outermost first
  const std::int64_t* stride_bytes = nullptr;
  int rank = 0;
};

/// Throws std::invalid_argument where scales, zero points and axis do not fit `shape`.
inline void check_quantization(const Quantization& quantization, const std::int64_t* shape, int rank) {
  const std::size_t scales = quantization.scale.size();
  if (!quantization.zero_point.empty() && quantization.zero_point.size() != scales) {
    throw std::invalid_argument("expected " + std::to_string(scales) +
                                " zero points, as many as scales, or none, got " +
                                std::to_string(quantization.zero_point.size()));
  }
  if (scales <= 1) {
    return;
  }
  if (quantization.axis < 0 || quantization.axis >= rank) {
    throw std::invalid_argument("expected one of " + std::to_string(rank) + " axes for " + std::to_string(scales) +
                                " scales, got axis " + std::to_string(quantization.axis));
  }
  const std::int64_t length = shape[quantization.axis];
  if (length != static_cast<std::int64_t>(scales)) {
    throw std::invalid_argument("expected 1 scale, or " + std::to_string(length) + " for axis " +
                                std::to_string(quantization.axis) + ", got " + std::to_string(scales));
  }
}

/// Throws std::invalid_argument where there is no scale, or one that is no positive number.
inline void check_scales(const std::vector<float>& scales) {
  if (scales.empty()) {
    throw std::invalid_argument("expected at least one scale, got none");
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (!(scales[i] > 0) || std::isinf(scales[i])) {
      throw std::invalid_argument("scale[" + std::to_string(i) + "] must be a positive number, got " +
                                  std::to_string(scales[i]));
    }
  }
}

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
    return static_cast<float>(unsigned_nibble(line, i, stride_bytes));
  }
  static constexpr std::int64_t kDense = 1;
};

template <>
struct Load<SignedNibble> {
  using Wide = float;

  static float at(const std::uint8_t* line, std::int64_t stride_bytes, std::int64_t i) {
    return static_cast<float>(signed_nibble(line, i, stride_bytes));
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
    constexpr std::int64_t kDense = Load<Source>::kDense;
    if (scales.scale == nullptr) {
      stride_bytes == kDense ? convert(line, kDense, count, target) : convert(line, stride_bytes, count, target);
    } else if (stride_bytes == kDense) {
      dequantize(line, kDense, count, scales, target);
    } else {
      dequantize(line, stride_bytes, count, scales, target);
    }
  }
};

using RunLine = void (*)(const std::uint8_t*, std::int64_t, std::int64_t, const LineScale&, float*);

inline RunLine line_for(const ElementType& type) {
  switch (type_key(type)) {
    case type_key(TypeCode::kInt, 4):
      return Line<SignedNibble>::run;
    case type_key(TypeCode::kInt, 8):
      return Line<std::int8_t>::run;
    case type_key(TypeCode::kInt, 16):
      return Line<std::int16_t>::run;
    case type_key(TypeCode::kInt, 32):
      return Line<std::int32_t>::run;
    case type_key(TypeCode::kInt, 64):
      return Line<std::int64_t>::run;
    case type_key(TypeCode::kUint, 4):
      return Line<UnsignedNibble>::run;
    case type_key(TypeCode::kUint, 8):
    case type_key(TypeCode::kBool, 8):
      return Line<std::uint8_t>::run;
    case type_key(TypeCode::kUint, 16):
      return Line<std::uint16_t>::run;
    case type_key(TypeCode::kUint, 32):
      return Line<std::uint32_t>::run;
    case type_key(TypeCode::kUint, 64):
      return Line<std::uint64_t>::run;
    case type_key(TypeCode::kFloat, 16):
      return Line<Half>::run;
    case type_key(TypeCode::kFloat, 32):
      return Line<float>::run;
    case type_key(TypeCode::kFloat, 64):
      return Line<double>::run;
    default:
      throw std::invalid_argument("no real values of " + to_string(type) + " are known");
  }
}

inline void write_line(RunLine run_line, const std::uint8_t* line, const Axis& axis, bool, const LineScale& scales,
                       float* target) {
  run_line(line, axis.first_step, axis.length, scales, target);
}

// Converts to floats in a block that fits into the cache first, so that both steps are vectorized.
inline void write_line(RunLine run_line, const std::uint8_t* line, const Axis& axis, bool is_packed,
                       const LineScale& scales, Half* target) {
  constexpr std::int64_t kChunk = 512;
  const std::int64_t elements_per_stride = is_packed ? 2 : 1;
  float floats[kChunk];
  for (std::int64_t start = 0; start < axis.length; start += kChunk) {
    const std::int64_t count = std::min(kChunk, axis.length - start);
    run_line(line + start / elements_per_stride * axis.first_step, axis.first_step, count, scales.from(start), floats);
    for (std::int64_t i = 0; i < count; ++i) {
      target[start + i] = Half(floats[i]);
    }
  }
}

// Which scale each element has, as the second array of Axes: how far along the scales one index of each axis goes.
class ScaleSteps {
 public:
  ScaleSteps(const Quantization& quantization, int rank) : rank_(rank) {
    if (rank > kMaxAxes) {
      throw std::invalid_argument("expected at most " + std::to_string(kMaxAxes) + " axes, got " +
                                  std::to_string(rank));
    }
    for (int axis = 0; axis < rank; ++axis) {
      steps_[axis] = quantization.scale.size() > 1 && axis == quantization.axis ? 1 : 0;
    }
  }
  const std::int64_t* data() const { return steps_; }
  std::int64_t last() const { return rank_ > 0 ? steps_[rank_ - 1] : 0; }

 private:
  int rank_;
  std::int64_t steps_[kMaxAxes];
};

// The zero points of all scales, also where a quantization leaves them out.
class ZeroPoints {
 public:
  explicit ZeroPoints(const Quantization& quantization)
      : zeros_(quantization.zero_point.empty() ? quantization.scale.size() : 0),
        data_(zeros_.empty() ? quantization.zero_point.data() : zeros_.data()) {}
  const std::int32_t* data() const { return data_; }

 private:
  std::vector<std::int32_t> zeros_;
  const std::int32_t* data_;
};

}  // namespace detail

/// For whoever reads tensors line by line: `Exact<T>` holds differences of T without rounding, a `RunLine` writes the
/// real values of a line as floats, `line_for` finds that of an element type.
using detail::Exact;
using detail::line_for;
using detail::LineScale;
using detail::RunLine;

/// Writes the real values of `elements` in row-major order. `Target` is float or Half; `target` holds as many. Values
/// beyond the range of a Half become infinity. Integers are exact in number - zero_point. Throws std::invalid_argument
/// where the element type has no real values, or the quantization does not fit the shape.
template <typename Target>
void dequantize(const Elements& elements, const Quantization& quantization, Target* target) {
  static_assert(std::is_same_v<Target, float> || std::is_same_v<Target, Half>, "real values are float or Half");
  const detail::RunLine run_line = detail::line_for(elements.type);
  check_quantization(quantization, elements.shape, elements.rank);
  const detail::ScaleSteps scale_steps(quantization, elements.rank);
  const detail::ZeroPoints zero_points(quantization);
  const bool quantized = !quantization.scale.empty();
  // Two packed elements share an address along the last axis, so that one is not merged with others.
  const bool is_packed = elements.type.is_packed() && elements.rank > 0;
  const int last = elements.rank - 1;
  if (is_packed && elements.shape[last] == 0) {
    return;  // Else all positions of the outer axes would be visited for nothing.
  }
  Axes axes(elements.shape, elements.stride_bytes, scale_steps.data(), is_packed ? last : elements.rank);
  const Axis line =
      is_packed ? Axis{elements.shape[last], elements.stride_bytes[last], scale_steps.last()} : axes.pop();
  axes.walk([&](std::int64_t offset, std::int64_t channel) {
    const detail::LineScale scales{quantized ? quantization.scale.data() + channel : nullptr,
                                   quantized ? zero_points.data() + channel : nullptr, line.second_step};
    detail::write_line(run_line, static_cast<const std::uint8_t*>(elements.first) + offset, line, is_packed, scales,
                       target);
    target += line.length;
  });
}

/// clip(round_half_even(quotient) + zero_point). Bounds are whole numbers, so clipping first and rounding then gives
/// the same.
inline std::int64_t quantized(double quotient, std::int32_t zero_point, const Range& range) {
  const double clipped = std::min(std::max(quotient, range.low - zero_point), range.high - zero_point);
  // Adding and taking away 1.5 * 2^52 rounds half to even, in vectors and without a library call.
  constexpr double kRounder = 6755399441055744.0;
  const double rounded = (clipped + kRounder) - kRounder;
  return static_cast<std::int64_t>(rounded) + zero_point;
}

namespace detail {

template <typename Integer>
void quantize_line(const float* source, std::int64_t count, const LineScale& line, const Range& range, void* target) {
  auto* to = static_cast<Integer*>(target);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto quotient = static_cast<double>(source[i] / line.scale[i * line.step]);
    to[i] = static_cast<Integer>(quantized(quotient, line.zero_point[i * line.step], range));
  }
}

using QuantizeLine = void (*)(const float*, std::int64_t, const LineScale&, const Range&, void*);

inline QuantizeLine quantize_line_for(const ElementType& type) {
  switch (type_key(type)) {
    case type_key(TypeCode::kInt, 4):
    case type_key(TypeCode::kInt, 8):
      return quantize_line<std::int8_t>;
    case type_key(TypeCode::kUint, 4):
    case type_key(TypeCode::kUint, 8):
      return quantize_line<std::uint8_t>;
    case type_key(TypeCode::kInt, 16):
      return quantize_line<std::int16_t>;
    case type_key(TypeCode::kUint, 16):
      return quantize_line<std::uint16_t>;
    case type_key(TypeCode::kInt, 32):
      return quantize_line<std::int32_t>;
    case type_key(TypeCode::kUint, 32):
      return quantize_line<std::uint32_t>;
    default:
      throw std::invalid_argument("expected an integer type of 4 to 32 bits, got " + to_string(type));
  }
}

}  // namespace detail

/// Writes clip(round_half_even(real / scale) + zero_point) for each of the real values, which lie in row-major order as
/// the result does. `type` is an integer of 4 to 32 bits; those of 4 bits get a byte each. Throws std::invalid_argument
/// for another type, where the quantization does not fit the shape, and where a value is NaN.
inline void quantize(const float* source, const std::int64_t* shape, int rank, const Quantization& quantization,
                     const ElementType& type, void* target) {
  const detail::QuantizeLine quantize_line = detail::quantize_line_for(type);
  check_quantization(quantization, shape, rank);
  check_scales(quantization.scale);
  const detail::ScaleSteps scale_steps(quantization, rank);
  const detail::ZeroPoints zero_points(quantization);
  const Range range = integer_range(type);
  Axes axes(shape, scale_steps.data(), scale_steps.data(), rank);
  const Axis line = axes.pop();
  std::int64_t done = 0;
  axes.walk([&](std::int64_t channel, std::int64_t) {
    const detail::LineScale scales{quantization.scale.data() + channel, zero_points.data() + channel, line.first_step};
    // A part that fits into the nearest cache is read twice.
    constexpr std::int64_t kChunk = 4096;
    for (std::int64_t start = 0; start < line.length; start += kChunk) {
      const std::int64_t count = std::min(kChunk, line.length - start);
      bool has_nan = false;
      for (std::int64_t i = 0; i < count; ++i) {
        has_nan |= source[done + i] != source[done + i];
      }
      if (has_nan) {
        const float* const nan = std::find_if(source + done, source + done + count, [](float x) { return x != x; });
        throw std::invalid_argument("element " + std::to_string(nan - source) + " is NaN, which no integer stands for");
      }
      quantize_line(source + done, count, scales.from(start), range,
                    static_cast<std::uint8_t*>(target) + done * type.item_bytes());
      done += count;
    }
  });
}

}  // namespace hbm::tensor
