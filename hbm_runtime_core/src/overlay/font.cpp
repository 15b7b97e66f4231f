// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/font.hpp"

#include <algorithm>
#include <cmath>

namespace hbm::overlay {
namespace {

struct Point {
  float x, y;
};

using Stroke = std::vector<Point>;

// Strokes of the characters from '!' to '~'. Each point is two digits in base 36, x and y; y grows downward: 0 is the
// top of capital letters, 5 that of small ones, g (16) the base line, k (20) the lowest point of letters like g. A
// stroke is a line through its points; '~' in front makes it a smooth curve along them, '@' a closed one.
constexpr const char* kStrokes[] = {
    /* ! */ "00 0b|0g 0g",
    /* " */ "00 04|50 54",
    /* # */ "40 1g|a0 7g|05 c5|0b cb",
    /* $ */ "~a5 a2 02 08 a8 ae 0e 0b|50 5g",
    /* % */ "@00 60 67 07|@89 e9 eg 8g|c0 2g",
    /* & */ "~cg 36 30 a0 a6 08 0g 9g c9",
    /* ' */ "00 04",
    /* ( */ "~40 06 0e 4k",
    /* ) */ "~00 46 4e 0k",
    /* * */ "42 4a|04 88|84 08",
    /* + */ "54 5e|09 a9",
    /* , */ "1g 0j",
    /* - */ "09 69",
    /* . */ "0g 0g",
    /* / */ "0i 80",
    /* 0 */ "@00 a0 ag 0g",
    /* 1 */ "03 50 5g",
    /* 2 */ "~04 00 a0 a8 0g|0g ag",
    /* 3 */ "~03 00 90 97 47|~47 a7 ag 0g 0d",
    /* 4 */ "8g 80 0c bc",
    /* 5 */ "90 10 07|~07 36 a4 ag 0g 0d",
    /* 6 */ "@06 a6 ag 0g|~80 00 0b",
    /* 7 */ "00 a0 3g",
    /* 8 */ "@10 90 97 17|@07 a7 ag 0g",
    /* 9 */ "@00 a0 aa 0a|~a5 ag 2g",
    /* : */ "07 07|0g 0g",
    /* ; */ "17 17|1g 0j",
    /* < */ "94 09 9e",
    /* = */ "07 a7|0b ab",
    /* > */ "04 99 0e",
    /* ? */ "~03 00 90 98 49 4c|4g 4g",
    /* @ */ "~ci 0i 00 g0 gc bc b8|@55 b5 bc 5c",
    /* A */ "0g 60 cg|2b ab",
    /* B */ "50 00 0g 5g|~50 a0 a7 57|07 57|~57 b7 bg 5g",
    /* C */ "~b4 b0 00 0g bg bc",
    /* D */ "40 00 0g 4g|~40 b0 bg 4g",
    /* E */ "90 00 0g 9g|07 77",
    /* F */ "90 00 0g|07 77",
    /* G */ "~b4 b0 00 0g bg b9|b9 69",
    /* H */ "00 0g|b0 bg|07 b7",
    /* I */ "00 0g",
    /* J */ "70 7a|~7a 7g 0g 0c",
    /* K */ "00 0g|b0 0a|46 bg",
    /* L */ "00 0g 9g",
    /* M */ "0g 00 6a c0 cg",
    /* N */ "0g 00 bg b0",
    /* O */ "@00 c0 cg 0g",
    /* P */ "0g 00 50|~50 b0 b8 58|58 08",
    /* Q */ "@00 c0 cg 0g|7c ci",
    /* R */ "0g 00 50|~50 b0 b8 58|58 08|58 bg",
    /* S */ "~a4 a0 00 08 a8 ag 0g 0c",
    /* T */ "00 c0|60 6g",
    /* U */ "00 09|~09 0g bg b9|b9 b0",
    /* V */ "00 6g c0",
    /* W */ "00 4g 83 cg g0",
    /* X */ "00 bg|b0 0g",
    /* Y */ "00 68 c0|68 6g",
    /* Z */ "00 b0 0g bg",
    /* [ */ "40 00 0k 4k",
    /* \ */ "00 8i",
    /* ] */ "00 40 4k 0k",
    /* ^ */ "06 50 a6",
    /* _ */ "0i ai",
    /* ` */ "00 33",
    /* a */ "~17 15 95 9b|9a 9g|~99 09 0g 9g 9b",
    /* b */ "00 0g|@05 a5 ag 0g",
    /* c */ "~98 95 05 0g 9g 9d",
    /* d */ "a0 ag|@05 a5 ag 0g",
    /* e */ "0a aa|~aa a5 05 0g 9g 9d",
    /* f */ "~60 30 35|35 3g|05 65",
    /* g */ "@05 a5 ag 0g|a5 ag|~ag ak 1k 1i",
    /* h */ "00 0g|~0b 05 95 9b|9b 9g",
    /* i */ "05 0g|00 00",
    /* j */ "35 3h|~3h 3k 0k|30 30",
    /* k */ "00 0g|85 0c|39 8g",
    /* l */ "00 0d|~0d 0g 3g",
    /* m */ "05 0g|~0b 05 85 8b|8b 8g|~8b 85 g5 gb|gb gg",
    /* n */ "05 0g|~0b 05 95 9b|9b 9g",
    /* o */ "@05 a5 ag 0g",
    /* p */ "05 0k|@05 a5 ag 0g",
    /* q */ "a5 ak|@05 a5 ag 0g",
    /* r */ "05 0g|~0b 05 65",
    /* s */ "~87 85 05 0a 8b 8g 0g 0e",
    /* t */ "31 3d|~3d 3g 7g|05 75",
    /* u */ "05 0a|~0a 0g 9g 9a|95 9g",
    /* v */ "05 5g a5",
    /* w */ "05 3g 77 bg e5",
    /* x */ "05 9g|95 0g",
    /* y */ "05 5g|a5 4i|~4i 3k 0k",
    /* z */ "05 95 0g 9g",
    /* { */ "~50 20 29 09|~09 29 2k 5k",
    /* | */ "00 0k",
    /* } */ "~00 30 39 59|~59 39 3k 0k",
    /* ~ */ "~0b 08 58 5b ab a8",
};
constexpr const char* kUnknown = "00 a0 ag 0g 00";
constexpr char32_t kFirst = U'!';
constexpr char32_t kLast = U'~';
constexpr char32_t kReplacement = 0xFFFD;

// In units of the strokes.
constexpr float kCapHeight = 16;
constexpr float kDescent = 4;
constexpr float kSpaceWidth = 6;
constexpr float kGap = 4.5F;  // between two characters
constexpr float kStrokeWidth = 2.2F;

float digit(char c) { return static_cast<float>(c <= '9' ? c - '0' : c - 'a' + 10); }

Point middle(Point a, Point b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

void add_curve(Stroke& stroke, Point from, Point control, Point to) {
  constexpr int kPieces = 6;
  for (int i = 1; i <= kPieces; ++i) {
    const float t = static_cast<float>(i) / kPieces;
    const float a = (1 - t) * (1 - t), b = 2 * t * (1 - t), c = t * t;
    stroke.push_back({a * from.x + b * control.x + c * to.x, a * from.y + b * control.y + c * to.y});
  }
}

/// A quadratic B-spline: from the middle of one side of the polygon to that of the next.
Stroke smooth(const Stroke& polygon, bool closed) {
  const std::size_t count = polygon.size();
  const auto at = [&](std::size_t index) { return polygon[index % count]; };
  Stroke stroke;
  if (closed) {
    stroke.push_back(middle(at(count - 1), at(0)));
    for (std::size_t i = 0; i < count; ++i) {
      add_curve(stroke, stroke.back(), at(i), middle(at(i), at(i + 1)));
    }
    return stroke;
  }
  stroke.push_back(polygon.front());
  for (std::size_t i = 1; i + 1 < count; ++i) {
    add_curve(stroke, stroke.back(), at(i), i + 2 == count ? polygon.back() : middle(at(i), at(i + 1)));
  }
  return stroke;
}

std::vector<Stroke> strokes_of(std::string_view text) {
  std::vector<Stroke> strokes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('|'), text.size());
    std::string_view part = text.substr(0, end);
    const char kind = part.front() == '~' || part.front() == '@' ? part.front() : ' ';
    if (kind != ' ') {
      part.remove_prefix(1);
    }
    Stroke stroke;
    for (std::size_t i = 0; i + 1 < part.size(); i += 3) {
      stroke.push_back({digit(part[i]), digit(part[i + 1])});
    }
    strokes.push_back(kind == ' ' ? stroke : smooth(stroke, kind == '@'));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return strokes;
}

float squared_distance(Point p, Point a, Point b) {
  const float along_x = b.x - a.x, along_y = b.y - a.y;
  const float length = along_x * along_x + along_y * along_y;
  float t = length > 0 ? ((p.x - a.x) * along_x + (p.y - a.y) * along_y) / length : 0;
  t = std::clamp(t, 0.0F, 1.0F);
  const float dx = p.x - a.x - t * along_x, dy = p.y - a.y - t * along_y;
  return dx * dx + dy * dy;
}

Glyph draw(std::string_view text, std::int32_t cap_height) {
  const float scale = static_cast<float>(cap_height) / kCapHeight;
  const float half = std::max(kStrokeWidth * scale / 2, 0.6F);
  std::vector<Stroke> strokes = strokes_of(text);
  Point least{1e9F, 1e9F}, most{0, 0};
  for (Stroke& stroke : strokes) {
    for (Point& point : stroke) {
      // Lines lie on pixels rather than between them, with their outer edges at the top and at the base line.
      point = {point.x * scale + half, point.y / kCapHeight * (static_cast<float>(cap_height) - 2 * half) + half};
      least = {std::min(least.x, point.x), std::min(least.y, point.y)};
      most = {std::max(most.x, point.x), std::max(most.y, point.y)};
    }
  }
  constexpr float kRounding = 1e-3F;  // what is a whole number may have become a little more or less
  Glyph glyph;
  glyph.left = static_cast<std::int32_t>(std::floor(least.x - half + kRounding));
  glyph.top = static_cast<std::int32_t>(std::floor(least.y - half + kRounding));
  glyph.width = static_cast<std::int32_t>(std::ceil(most.x + half - kRounding)) - glyph.left;
  glyph.height = static_cast<std::int32_t>(std::ceil(most.y + half - kRounding)) - glyph.top;
  glyph.advance = static_cast<std::int32_t>(std::lround(most.x + half + (kGap - kStrokeWidth) * scale));
  glyph.coverage.reserve(static_cast<std::size_t>(glyph.width) * static_cast<std::size_t>(glyph.height));
  for (std::int32_t y = 0; y < glyph.height; ++y) {
    for (std::int32_t x = 0; x < glyph.width; ++x) {
      const Point center{static_cast<float>(glyph.left + x) + 0.5F, static_cast<float>(glyph.top + y) + 0.5F};
      float nearest = 1e9F;
      for (const Stroke& stroke : strokes) {
        for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
          nearest = std::min(nearest, squared_distance(center, stroke[i], stroke[i + 1]));
        }
      }
      const float covered = std::clamp(half + 0.5F - std::sqrt(nearest), 0.0F, 1.0F);
      glyph.coverage.push_back(static_cast<std::uint8_t>(std::lround(covered * 255)));
    }
  }
  return glyph;
}

}  // namespace

void Font::set_cap_height(std::int32_t pixels) {
  if (pixels == cap_height_) {
    return;
  }
  cap_height_ = pixels;
  glyphs_.clear();
}

std::int32_t Font::descent() const {
  return static_cast<std::int32_t>(std::ceil(static_cast<float>(cap_height_) * kDescent / kCapHeight));
}

const Glyph& Font::glyph(char32_t character) {
  if (character != U' ' && (character < kFirst || character > kLast)) {
    character = kReplacement;
  }
  const auto found = glyphs_.find(character);
  if (found != glyphs_.end()) {
    return found->second;
  }
  Glyph glyph;
  if (character == U' ') {
    glyph.advance = static_cast<std::int32_t>(std::lround(kSpaceWidth * static_cast<float>(cap_height_) / kCapHeight));
  } else {
    glyph = draw(character == kReplacement ? kUnknown : kStrokes[character - kFirst], cap_height_);
  }
  return glyphs_.emplace(character, std::move(glyph)).first->second;
}

std::int32_t Font::width_of(std::u32string_view text) {
  std::int32_t width = 0;
  for (const char32_t character : text) {
    width += glyph(character).advance;
  }
  return width;
}

std::u32string characters_of(std::string_view utf8) {
  std::u32string characters;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<std::uint8_t>(utf8[i++]);
    const std::size_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 4;
    if (more > 3 || i + more > utf8.size()) {
      characters.push_back(kReplacement);
      continue;
    }
    char32_t character = more == 0 ? first : first & (0x3FU >> more);
    bool whole = true;
    for (std::size_t k = 0; k < more && whole; ++k) {
      const auto next = static_cast<std::uint8_t>(utf8[i]);
      whole = (next & 0xC0U) == 0x80;
      if (whole) {
        ++i;
      }
      character = (character << 6) | (next & 0x3FU);
    }
    characters.push_back(whole ? character : kReplacement);
  }
  return characters;
}

}  // namespace hbm::overlay
