// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/value_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "driver/error.hpp"
#include "vision/half_float.hpp"

namespace hbm::vision {
namespace {

struct IntegerRange {
  double low, high;
};

bool integer_range(hbDNNDataType dtype, IntegerRange* range) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S8:
      *range = {-128, 127};
      return true;
    case HB_DNN_TENSOR_TYPE_U8:
      *range = {0, 255};
      return true;
    case HB_DNN_TENSOR_TYPE_S16:
      *range = {-32768, 32767};
      return true;
    case HB_DNN_TENSOR_TYPE_U16:
      *range = {0, 65535};
      return true;
    case HB_DNN_TENSOR_TYPE_S32:
      *range = {-2147483648.0, 2147483647.0};
      return true;
    default:
      return false;
  }
}

int32_t bytes_of(hbDNNDataType dtype) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S8:
    case HB_DNN_TENSOR_TYPE_U8:
      return 1;
    case HB_DNN_TENSOR_TYPE_F16:
    case HB_DNN_TENSOR_TYPE_S16:
    case HB_DNN_TENSOR_TYPE_U16:
      return 2;
    case HB_DNN_TENSOR_TYPE_F32:
    case HB_DNN_TENSOR_TYPE_S32:
      return 4;
    default:
      throw ValueError("a picture can be put into tensors of U8, S8, U16, S16, S32, F16 and F32, not of data type " +
                       std::to_string(dtype));
  }
}

void require_usable(const PixelFormat& format, int32_t channel) {
  const auto index = static_cast<size_t>(channel);
  if (!std::isfinite(format.mean[index]) || !std::isfinite(format.scale[index])) {
    throw ValueError("channel " + std::to_string(channel) + " of a picture: expected finite numbers, got mean " +
                     std::to_string(format.mean[index]) + ", scale " + std::to_string(format.scale[index]));
  }
  if (format.quantized && !(format.quant_scale[index] > 0 && std::isfinite(format.quant_scale[index]))) {
    throw ValueError("channel " + std::to_string(channel) + " of a picture: the input's quantization scale is " +
                     std::to_string(format.quant_scale[index]) + ", expected a positive number");
  }
}

}  // namespace

ValueTable::ValueTable(const PixelFormat& format)
    : format_(format), element_bytes_(bytes_of(format.dtype)), bits_(static_cast<size_t>(3 * 256 * element_bytes_)) {
  for (int32_t channel = 0; channel < channel_count(); ++channel) require_usable(format, channel);
  uint8_t* out = bits_.data();
  for (int32_t channel = 0; channel < channel_count(); ++channel) {
    for (int32_t pixel = 0; pixel < 256; ++pixel, out += element_bytes_) {
      double value = (pixel - static_cast<double>(format.mean[channel])) * format.scale[channel];
      if (format.quantized) value = value / format.quant_scale[channel];
      IntegerRange range;
      if (integer_range(format.dtype, &range)) {
        const double zero_point = format.quantized ? format.zero_point[channel] : 0;
        const auto stored = static_cast<int64_t>(std::clamp(std::nearbyint(value) + zero_point, range.low, range.high));
        std::memcpy(out, &stored, static_cast<size_t>(element_bytes_));  // little-endian: the low bytes
      } else if (format.dtype == HB_DNN_TENSOR_TYPE_F32) {
        const auto stored = static_cast<float>(value);
        std::memcpy(out, &stored, sizeof stored);
      } else {
        const uint16_t stored = half_from_float(static_cast<float>(value));
        std::memcpy(out, &stored, sizeof stored);
      }
    }
  }
}

}  // namespace hbm::vision
