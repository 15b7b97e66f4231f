// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hbm/tensor/element_type.hpp"
#include "hobot/dnn/hb_dnn.h"

namespace hbm::vision {

enum class Channels { kRgb, kBgr, kGray };

/// The values that a model takes for its pixels. With v the pixel's value, 0 to 255, the tensor holds x = (v - mean) *
/// scale, and where it is quantized round(x / quant_scale) + zero_point, held inside the type's range.
struct PixelFormat {
  hbDNNDataType dtype = HB_DNN_TENSOR_TYPE_U8;
  Channels channels = Channels::kRgb;
  std::array<float, 3> mean{{0, 0, 0}};   ///< in the order of the channels, units of pixel values
  std::array<float, 3> scale{{1, 1, 1}};  ///< in the order of the channels
  bool quantized = false;
  std::array<float, 3> quant_scale{{1, 1, 1}};
  std::array<std::int32_t, 3> zero_point{{0, 0, 0}};
};

/// The element, as bits, that each of the 256 pixel values becomes in each channel.
class ValueTable {
 public:
  /// Throws ValueError for a type that cannot hold pictures.
  explicit ValueTable(const PixelFormat& format);

  const PixelFormat& format() const { return format_; }
  std::int32_t channel_count() const { return format_.channels == Channels::kGray ? 1 : 3; }
  std::int32_t element_bytes() const { return static_cast<std::int32_t>(type_.item_bytes()); }
  /// 256 elements of one channel.
  template <typename Bits>
  const Bits* channel(std::int32_t index) const {
    return reinterpret_cast<const Bits*>(bits_.data()) + index * 256;
  }

 private:
  PixelFormat format_;
  tensor::ElementType type_;
  std::vector<std::uint8_t> bits_;
};

}  // namespace hbm::vision
