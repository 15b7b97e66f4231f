// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vision/color.hpp"

namespace hbm::overlay {

/// The color of a class: the same in the overlay and in annotations. Hues of neighboring classes are far from each
/// other, because each is a golden section of the circle away from the one before; brightness changes after each round.
inline vision::Rgb color_of_class(std::int32_t index) {
  constexpr double kGoldenSection = 0.6180339887498949;
  constexpr double kFirstHue = 0.36;
  constexpr double kSaturations[] = {0.85, 0.6, 0.9};
  constexpr double kValues[] = {0.95, 1.0, 0.7};
  constexpr std::uint32_t kRound = 8;  // classes with clearly different hues
  const auto number = static_cast<std::uint32_t>(index);
  const double hue = std::fmod(kFirstHue + number * kGoldenSection, 1.0) * 6;
  const double saturation = kSaturations[number / kRound % 3];
  const double value = kValues[number / kRound % 3];
  const auto channel = [&](double offset) {
    const double position = std::fmod(offset + hue, 6.0);
    const double amount = std::clamp(std::min(position, 4 - position), 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * (value - value * saturation * amount)));
  };
  return {channel(5), channel(3), channel(1)};
}

}  // namespace hbm::overlay
