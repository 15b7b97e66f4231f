// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

#include "driver/error.hpp"

namespace hbm {
namespace {

// How scales lie along the innermost dimension: one for the whole line, or one an item.
struct LineScale {
  const float* scale;
  const int32_t* zero_point;
  bool one_each;
};

int resolved_axis(const Quantization& quantization, int rank) {
  return quantization.axis < 0 ? quantization.axis + rank : quantization.axis;
}

// Calls body(line number, scale of that line) for every line of the innermost dimension.
template <typename Body>
void for_each_line(const std::vector<int64_t>& shape, const Quantization& quantization, const Body& body) {
  const int rank = static_cast<int>(shape.size());
  const bool per_channel = quantization.scale.size() > 1;
  const int axis = resolved_axis(quantization, rank);
  int64_t lines = 1;
  for (int i = 0; i + 1 < rank; ++i) {
    lines *= shape[static_cast<std::size_t>(i)];
  }
  int64_t lines_a_channel = 1;
  for (int i = axis + 1; per_channel && i + 1 < rank; ++i) {
    lines_a_channel *= shape[static_cast<std::size_t>(i)];
  }
  const bool innermost = per_channel && axis == rank - 1;
  const auto channels = static_cast<int64_t>(quantization.scale.size());
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t channel = per_channel && !innermost ? line / lines_a_channel % channels : 0;
    body(line, LineScale{quantization.scale.data() + channel, quantization.zero_point.data() + channel, innermost});
  }
}

// 8 and 16 bits are exact in float; wider ones need double.
template <typename Integer>
using Exact = std::conditional_t<(sizeof(Integer) <= 2), float, double>;

template <typename Integer>
float to_real(Integer q, int32_t zero_point, float scale) {
  using Wide = Exact<Integer>;
  return static_cast<float>((static_cast<Wide>(q) - static_cast<Wide>(zero_point)) * static_cast<Wide>(scale));
}

template <typename Integer>
void dequantize_line(const char* source, int64_t stride_bytes, int64_t count, const LineScale& line, float* result) {
  const auto load = [source, stride_bytes](int64_t i) {
    Integer q;
    std::memcpy(&q, source + i * stride_bytes, sizeof(q));
    return q;
  };
  if (line.one_each) {
    for (int64_t i = 0; i < count; ++i) {
      result[i] = to_real(load(i), line.zero_point[i], line.scale[i]);
    }
    return;
  }
  const float scale = *line.scale;
  const int32_t zero_point = *line.zero_point;
  if (stride_bytes == static_cast<int64_t>(sizeof(Integer))) {
    // A known stride lets the compiler use vectors.
    for (int64_t i = 0; i < count; ++i) {
      Integer q;
      std::memcpy(&q, source + i * static_cast<int64_t>(sizeof(Integer)), sizeof(q));
      result[i] = to_real(q, zero_point, scale);
    }
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    result[i] = to_real(load(i), zero_point, scale);
  }
}

using DequantizeLine = void (*)(const char*, int64_t, int64_t, const LineScale&, float*);

DequantizeLine dequantize_line_for(Dtype dtype) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S8:
      return dequantize_line<int8_t>;
    case HB_DNN_TENSOR_TYPE_U8:
      return dequantize_line<uint8_t>;
    case HB_DNN_TENSOR_TYPE_S16:
      return dequantize_line<int16_t>;
    case HB_DNN_TENSOR_TYPE_U16:
      return dequantize_line<uint16_t>;
    case HB_DNN_TENSOR_TYPE_S32:
      return dequantize_line<int32_t>;
    case HB_DNN_TENSOR_TYPE_U32:
      return dequantize_line<uint32_t>;
    case HB_DNN_TENSOR_TYPE_S64:
      return dequantize_line<int64_t>;
    case HB_DNN_TENSOR_TYPE_U64:
      return dequantize_line<uint64_t>;
    default:
      throw ValueError(std::string("dequantize: expected integers, got ") + numpy_name(dtype));
  }
}

struct Range {
  double low;
  double high;
};

template <typename Integer>
Range range_of() {
  return {static_cast<double>(std::numeric_limits<Integer>::min()),
          static_cast<double>(std::numeric_limits<Integer>::max())};
}

// Bounds are whole numbers, so clipping first and rounding then gives the same.
template <typename Integer>
Integer to_quantized(float real, float scale, int32_t zero_point, const Range& range) {
  const double quotient = static_cast<double>(real / scale);
  const double clipped = std::min(std::max(quotient, range.low - zero_point), range.high - zero_point);
  // Adding and taking away 1.5 * 2^52 rounds half to even, in vectors and without a library call.
  constexpr double rounder = 6755399441055744.0;
  const double rounded = (clipped + rounder) - rounder;
  return static_cast<Integer>(static_cast<int64_t>(rounded) + zero_point);
}

template <typename Integer>
bool quantize_line(const float* source, int64_t count, const LineScale& line, const Range& range, void* result) {
  auto* to = static_cast<Integer*>(result);
  bool has_nan = false;
  for (int64_t i = 0; i < count; ++i) {
    has_nan |= source[i] != source[i];
  }
  if (has_nan) {
    return false;
  }
  const int64_t step = line.one_each ? 1 : 0;
  for (int64_t i = 0; i < count; ++i) {
    to[i] = to_quantized<Integer>(source[i], line.scale[i * step], line.zero_point[i * step], range);
  }
  return true;
}

struct QuantizeTarget {
  bool (*line)(const float*, int64_t, const LineScale&, const Range&, void*);
  Range range;
};

QuantizeTarget quantize_target_for(Dtype dtype) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S4:
      return {quantize_line<int8_t>, {-8, 7}};
    case HB_DNN_TENSOR_TYPE_U4:
      return {quantize_line<uint8_t>, {0, 15}};
    case HB_DNN_TENSOR_TYPE_S8:
      return {quantize_line<int8_t>, range_of<int8_t>()};
    case HB_DNN_TENSOR_TYPE_U8:
      return {quantize_line<uint8_t>, range_of<uint8_t>()};
    case HB_DNN_TENSOR_TYPE_S16:
      return {quantize_line<int16_t>, range_of<int16_t>()};
    case HB_DNN_TENSOR_TYPE_U16:
      return {quantize_line<uint16_t>, range_of<uint16_t>()};
    case HB_DNN_TENSOR_TYPE_S32:
      return {quantize_line<int32_t>, range_of<int32_t>()};
    case HB_DNN_TENSOR_TYPE_U32:
      return {quantize_line<uint32_t>, range_of<uint32_t>()};
    default:
      throw ValueError(std::string("quantize: expected an integer type of 4 to 32 bits, got ") + dtype_name(dtype));
  }
}

}  // namespace

void check_quantization(const Quantization& quantization, const std::vector<int64_t>& shape) {
  const std::size_t scales = quantization.scale.size();
  if (scales == 0) {
    throw ValueError("quant.scale: empty, although quant_type is SCALE");
  }
  if (quantization.zero_point.size() != scales) {
    throw ValueError("quant.zero_point: expected as many as scales, " + std::to_string(scales) + ", got " +
                     std::to_string(quantization.zero_point.size()));
  }
  for (const float scale : quantization.scale) {
    if (!(scale > 0) || std::isinf(scale)) {
      throw ValueError("quant.scale: expected positive numbers, got " + std::to_string(scale));
    }
  }
  if (scales == 1) {
    return;
  }
  const int rank = static_cast<int>(shape.size());
  const int axis = resolved_axis(quantization, rank);
  if (axis < 0 || axis >= rank) {
    throw ValueError("quant.axis: " + std::to_string(quantization.axis) + " is no dimension of " +
                     describe_array("an array", shape.data(), rank));
  }
  if (shape[static_cast<std::size_t>(axis)] != static_cast<int64_t>(scales)) {
    throw ValueError("quant.scale: " + std::to_string(scales) + " scales, but dimension " + std::to_string(axis) +
                     " of " + describe_array("the array", shape.data(), rank) + " has " +
                     std::to_string(shape[static_cast<std::size_t>(axis)]));
  }
}

void dequantize(const void* source, Dtype dtype, const std::vector<int64_t>& shape,
                const std::vector<int64_t>& stride_bytes, const Quantization& quantization, float* result) {
  const DequantizeLine dequantize_one = dequantize_line_for(dtype);
  const std::size_t rank = shape.size();
  const int64_t count = rank > 0 ? shape[rank - 1] : 1;
  const int64_t stride = rank > 0 ? stride_bytes[rank - 1] : 0;
  const auto* from = static_cast<const char*>(source);
  std::vector<int64_t> index(rank, 0);
  for_each_line(shape, quantization, [&](int64_t line, const LineScale& scale) {
    dequantize_one(from, stride, count, scale, result + line * count);
    for (std::size_t i = rank - std::min<std::size_t>(rank, 1); i-- > 0;) {
      from += stride_bytes[i];
      if (++index[i] < shape[i]) {
        break;
      }
      from -= stride_bytes[i] * shape[i];
      index[i] = 0;
    }
  });
}

void quantize(const float* source, const std::vector<int64_t>& shape, const Quantization& quantization, Dtype dtype,
              void* result) {
  const QuantizeTarget target = quantize_target_for(dtype);
  const int64_t count = shape.empty() ? 1 : shape.back();
  const int64_t bytes = item_bytes(dtype);
  for_each_line(shape, quantization, [&](int64_t line, const LineScale& scale) {
    if (!target.line(source + line * count, count, scale, target.range,
                     static_cast<char*>(result) + line * count * bytes)) {
      throw ValueError("quantize: the array has NaN, which no integer stands for (row " + std::to_string(line) +
                       " of its last dimension); clean it with np.nan_to_num first");
    }
  });
}

void pack_four_bit(const uint8_t* values, const std::vector<int64_t>& shape, uint8_t* packed) {
  const int64_t count = shape.back();
  int64_t lines = 1;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
    lines *= shape[i];
  }
  for (int64_t line = 0; line < lines; ++line) {
    for (int64_t i = 0; i < count; i += 2) {
      const unsigned low = *values++ & 0x0FU;
      const unsigned high = i + 1 < count ? (*values++ & 0x0FU) : 0U;
      *packed++ = static_cast<uint8_t>(low | high << 4);
    }
  }
}

}  // namespace hbm
