// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/value_table.hpp"

#include <cmath>
#include <cstring>

#include "driver/error.hpp"
#include "hbm/tensor/dtype.hpp"
#include "hbm/tensor/half.hpp"
#include "hbm/tensor/quantize.hpp"

namespace hbm::vision {
namespace {

tensor::ElementType checked_type(hbDNNDataType dtype) {
  switch (dtype) {
    case HB_DNN_TENSOR_TYPE_S8:
    case HB_DNN_TENSOR_TYPE_U8:
    case HB_DNN_TENSOR_TYPE_S16:
    case HB_DNN_TENSOR_TYPE_U16:
    case HB_DNN_TENSOR_TYPE_S32:
    case HB_DNN_TENSOR_TYPE_F16:
    case HB_DNN_TENSOR_TYPE_F32:
      return tensor::element_type(dtype);
    default:
      throw ValueError("a picture can be put into tensors of U8, S8, U16, S16, S32, F16 and F32, not of data type " +
                       std::to_string(dtype));
  }
}

void require_usable(const PixelFormat& format, std::int32_t channel) {
  const auto index = static_cast<std::size_t>(channel);
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
    : format_(format),
      type_(checked_type(format.dtype)),
      bits_(static_cast<std::size_t>(3 * 256 * type_.item_bytes())) {
  for (std::int32_t channel = 0; channel < channel_count(); ++channel) {
    require_usable(format, channel);
  }
  const tensor::Range range = tensor::integer_range(type_);
  std::uint8_t* out = bits_.data();
  for (std::int32_t channel = 0; channel < channel_count(); ++channel) {
    for (std::int32_t pixel = 0; pixel < 256; ++pixel, out += type_.item_bytes()) {
      double value = (pixel - static_cast<double>(format.mean[channel])) * format.scale[channel];
      if (format.quantized) {
        value = value / format.quant_scale[channel];
      }
      if (type_.is_integer()) {
        const std::int64_t stored = tensor::quantized(value, format.quantized ? format.zero_point[channel] : 0, range);
        std::memcpy(out, &stored, static_cast<std::size_t>(type_.item_bytes()));  // little-endian: the low bytes
      } else if (type_.bits == 32) {
        const auto stored = static_cast<float>(value);
        std::memcpy(out, &stored, sizeof stored);
      } else {
        const std::uint16_t stored = tensor::half_from_float(static_cast<float>(value));
        std::memcpy(out, &stored, sizeof stored);
      }
    }
  }
}

}  // namespace hbm::vision
