// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/color.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

// BT.601: luma = red * kRed + green * (1 - kRed - kBlue) + blue * kBlue.
constexpr double kRed = 0.299;
constexpr double kBlue = 0.114;
constexpr double kNoColor = 128;

struct Scale {
  double black, luma, chroma;  ///< value of black; steps from black to white and between the ends of chroma
};

Scale scale_of(ColorRange range) { return range == ColorRange::kLimited ? Scale{16, 219, 224} : Scale{0, 255, 255}; }

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); }

}  // namespace

ColorRange color_range_from_name(std::string_view name) {
  if (name == "limited") {
    return ColorRange::kLimited;
  }
  if (name == "full") {
    return ColorRange::kFull;
  }
  throw ValueError("unknown color range '" + std::string(name) +
                   "' (known: limited, luma 16 to 235, and full, 0 to 255)");
}

Yuv yuv_of(const Rgb& color, ColorRange range) {
  const Scale scale = scale_of(range);
  const double red = color.red / 255.0;
  const double blue = color.blue / 255.0;
  const double luma = kRed * red + (1 - kRed - kBlue) * (color.green / 255.0) + kBlue * blue;
  return {to_byte(scale.black + scale.luma * luma),
          to_byte(kNoColor + scale.chroma * (blue - luma) / (2 * (1 - kBlue))),
          to_byte(kNoColor + scale.chroma * (red - luma) / (2 * (1 - kRed)))};
}

const RangeMap& RangeMap::between(ColorRange from, ColorRange to) {
  static const RangeMap same(ColorRange::kFull, ColorRange::kFull);
  static const RangeMap widen(ColorRange::kLimited, ColorRange::kFull);
  static const RangeMap narrow(ColorRange::kFull, ColorRange::kLimited);
  if (from == to) {
    return same;
  }
  return to == ColorRange::kFull ? widen : narrow;
}

RangeMap::RangeMap(ColorRange from, ColorRange to)
    : identity_(from == to),
      luma_(scale_of(to).luma / scale_of(from).luma,
            scale_of(to).black - scale_of(from).black * scale_of(to).luma / scale_of(from).luma),
      chroma_(scale_of(to).chroma / scale_of(from).chroma,
              kNoColor - kNoColor * scale_of(to).chroma / scale_of(from).chroma) {}

RangeMap::Line::Line(double gain_value, double offset_value)
    : gain(static_cast<std::uint16_t>(std::lround(gain_value * (1 << 14)))),
      offset(static_cast<std::int16_t>(std::lround((offset_value + 0.5) * (1 << 6)))) {}

void RangeMap::Line::apply(std::uint8_t* values, std::int32_t count) const {
  const std::uint16_t factor = gain;
  const std::int16_t shift = offset;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::uint16_t>(values[i] << 8);
    const auto product = static_cast<std::uint16_t>((std::uint32_t{value} * factor) >> 16);  // times 2^6
    const auto mapped = static_cast<std::int16_t>(static_cast<std::int16_t>(product + shift) >> 6);
    values[i] = static_cast<std::uint8_t>(mapped < 0 ? 0 : mapped > 255 ? 255 : mapped);
  }
}

}  // namespace hbm::vision
