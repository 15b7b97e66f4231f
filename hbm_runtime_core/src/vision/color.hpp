// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hbm::vision {

/// Which numbers YUV uses. The matrix is BT.601 in both.
enum class ColorRange {
  kLimited,  ///< luma 16 to 235, chroma 16 to 240: cameras, video, the board's converter
  kFull,     ///< 0 to 255: JPEG, and gray pictures
};

ColorRange color_range_from_name(std::string_view name);

struct Rgb {
  std::uint8_t red, green, blue;
};

struct Yuv {
  std::uint8_t y, u, v;
};

Yuv yuv_of(const Rgb& color, ColorRange range);

/// Full-range luma.
inline std::uint8_t gray_of(std::int32_t red, std::int32_t green, std::int32_t blue) {
  return static_cast<std::uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8);
}

/// Changes luma and chroma from one range to the other; half of a step is rounded up, within a 64th.
class RangeMap {
 public:
  static const RangeMap& between(ColorRange from, ColorRange to);

  bool is_identity() const { return identity_; }
  void map_luma(std::uint8_t* values, std::int32_t count) const { luma_.apply(values, count); }
  void map_chroma(std::uint8_t* values, std::int32_t count) const { chroma_.apply(values, count); }

 private:
  /// value * gain + offset in 16 bits, which the compiler vectorizes.
  struct Line {
    Line(double gain, double offset);
    void apply(std::uint8_t* values, std::int32_t count) const;

    std::uint16_t gain;   ///< times 2^14
    std::int16_t offset;  ///< times 2^6, with the half that rounds
  };

  RangeMap(ColorRange from, ColorRange to);

  bool identity_;
  Line luma_;
  Line chroma_;
};

}  // namespace hbm::vision
