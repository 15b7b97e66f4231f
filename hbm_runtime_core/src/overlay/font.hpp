// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hbm::overlay {

/// One character as it covers pixels.
struct Glyph {
  std::int32_t width = 0;  ///< of the coverage, pixels
  std::int32_t height = 0;
  std::int32_t left = 0;     ///< from the pen to the first column
  std::int32_t top = 0;      ///< from the top of a capital letter to the first row
  std::int32_t advance = 0;  ///< from the pen to that of the next character
  std::vector<std::uint8_t> coverage;
};

/// The built-in font: ASCII, drawn with strokes, so that it is as smooth in every size. Other characters are boxes.
class Font {
 public:
  /// Height of a capital letter, pixels. Glyphs are drawn when they are first needed, and kept until the size changes.
  void set_cap_height(std::int32_t pixels);
  std::int32_t cap_height() const { return cap_height_; }
  /// From the base line to the lowest pixel of letters like g.
  std::int32_t descent() const;

  const Glyph& glyph(char32_t character);
  std::int32_t width_of(std::u32string_view text);

 private:
  std::int32_t cap_height_ = 0;
  std::map<char32_t, Glyph> glyphs_;
};

/// Characters of UTF-8; what is none becomes U+FFFD.
std::u32string characters_of(std::string_view utf8);

}  // namespace hbm::overlay
