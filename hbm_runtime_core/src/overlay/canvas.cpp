// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>

namespace hbm::overlay {
namespace {

using vision::Yuv;

constexpr std::int32_t kOpaque = 255;

std::uint8_t mix(std::uint8_t under, std::uint8_t over, std::int32_t opacity) {
  return static_cast<std::uint8_t>((under * (kOpaque - opacity) + over * opacity + kOpaque / 2) / kOpaque);
}

Yuv full_range(const vision::Rgb& color) { return vision::yuv_of(color, vision::ColorRange::kFull); }

std::int32_t floor_of(float value) { return static_cast<std::int32_t>(std::floor(value)); }
std::int32_t ceil_of(float value) { return static_cast<std::int32_t>(std::ceil(value)); }

/// How much of a pixel a shape covers whose edge lies `inside` pixels behind the pixel's center.
std::uint8_t coverage_of(float inside) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(inside + 0.5F, 0.0F, 1.0F) * static_cast<float>(kOpaque)));
}

/// Coordinates beyond this have no pixel, and would overflow integers.
constexpr float kFarthest = 4.0F * vision::kMaxSide;
bool is_drawable(Point point) { return std::abs(point.x) <= kFarthest && std::abs(point.y) <= kFarthest; }

/// Opacity and color of each number, prepared for: value * keep / 256 + add.
struct Blending {
  std::vector<std::uint16_t> keep, luma, u, v;

  explicit Blending(const std::vector<std::optional<vision::Rgb>>& colors, std::size_t numbers)
      : keep(numbers, 256), luma(numbers), u(numbers), v(numbers) {
    for (std::size_t i = 0; i < std::min(numbers, colors.size()); ++i) {
      if (!colors[i]) {
        continue;
      }
      const Yuv color = full_range(*colors[i]);
      keep[i] = 128;
      luma[i] = color.y / 2;
      u[i] = color.u / 2;
      v[i] = color.v / 2;
    }
  }
};

}  // namespace

void Canvas::fill(const Rectangle& area, const vision::Rgb& color) {
  const std::int32_t left = std::max(area.left, 0), top = std::max(area.top, 0);
  if (left >= std::min(area.right, width_) || top >= std::min(area.bottom, height_)) {
    return;
  }
  // What reaches the edge of the picture covers what is rounded up there.
  const std::int32_t right = area.right >= width_ ? luma_row_bytes_ : area.right;
  const std::int32_t bottom = area.bottom >= height_ ? rounded_height() : area.bottom;
  const Yuv yuv = full_range(color);
  for (std::int32_t y = top; y < bottom; ++y) {
    std::memset(planes_[0] + std::ptrdiff_t{y} * luma_row_bytes_ + left, yuv.y, static_cast<std::size_t>(right - left));
  }
  for (std::int32_t row = top / 2; row <= (bottom - 1) / 2; ++row) {
    const std::int32_t rows = std::min(bottom, 2 * row + 2) - std::max(top, 2 * row);
    const auto edge = [&](std::int32_t column) {
      const std::int32_t columns = std::min(right, 2 * column + 2) - std::max(left, 2 * column);
      blend_chroma(column, row, kOpaque * rows * columns / 4, yuv);
    };
    const std::int32_t first = left / 2, last = (right - 1) / 2;
    if (rows < 2) {
      for (std::int32_t column = first; column <= last; ++column) {
        edge(column);
      }
      continue;
    }
    edge(first);
    if (last > first + 1) {
      const std::ptrdiff_t begin = std::ptrdiff_t{row} * (luma_row_bytes_ / 2) + first + 1;
      std::memset(planes_[1] + begin, yuv.u, static_cast<std::size_t>(last - first - 1));
      std::memset(planes_[2] + begin, yuv.v, static_cast<std::size_t>(last - first - 1));
    }
    if (last > first) {
      edge(last);
    }
  }
}

void Canvas::blend_chroma(std::int32_t column, std::int32_t row, std::int32_t coverage, const Yuv& color) {
  const std::ptrdiff_t at = std::ptrdiff_t{row} * (luma_row_bytes_ / 2) + column;
  planes_[1][at] = mix(planes_[1][at], color.u, coverage);
  planes_[2][at] = mix(planes_[2][at], color.v, coverage);
}

/// `span(y, first, last)` sets the columns of a row that may be covered, `coverage(x, y)` returns 0 to 255.
template <typename Span, typename Coverage>
void Canvas::shade(const Rectangle& bounds, const Yuv& color, Span&& span, Coverage&& coverage) {
  const std::int32_t left = std::max(bounds.left, 0), right = std::min(bounds.right, luma_row_bytes_);
  const std::int32_t top = std::max(bounds.top, 0), bottom = std::min(bounds.bottom, rounded_height());
  if (left >= right || top >= bottom) {
    return;
  }
  for (std::int32_t row = top / 2; row <= (bottom - 1) / 2; ++row) {
    std::int32_t first = right, last = left;
    std::array<Rectangle, 2> spans{};
    for (std::int32_t i = 0; i < 2; ++i) {
      const std::int32_t y = 2 * row + i;
      if (y < top || y >= bottom) {
        continue;
      }
      Rectangle& each = spans[static_cast<std::size_t>(i)];
      span(y, each.left, each.right);
      each.left = std::max(each.left, left);
      each.right = std::min(each.right, right);
      if (each.left >= each.right) {
        continue;
      }
      first = std::min(first, each.left);
      last = std::max(last, each.right);
    }
    if (first >= last) {
      continue;
    }
    first &= ~1;
    const auto columns = static_cast<std::size_t>((last - first + 1) / 2);
    covered_.assign(columns * 4, 0);
    for (std::int32_t i = 0; i < 2; ++i) {
      const Rectangle& each = spans[static_cast<std::size_t>(i)];
      std::uint8_t* covered = covered_.data() + static_cast<std::size_t>(i) * columns * 2;
      std::uint8_t* luma = planes_[0] + std::ptrdiff_t{2 * row + i} * luma_row_bytes_;
      for (std::int32_t x = each.left; x < each.right; ++x) {
        const std::uint8_t opacity = coverage(x, 2 * row + i);
        covered[x - first] = opacity;
        luma[x] = mix(luma[x], color.y, opacity);
      }
    }
    const std::uint8_t* upper = covered_.data();
    const std::uint8_t* lower = upper + columns * 2;
    for (std::size_t i = 0; i < columns; ++i) {
      const std::int32_t sum = upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1];
      if (sum > 0) {
        blend_chroma(first / 2 + static_cast<std::int32_t>(i), row, sum / 4, color);
      }
    }
  }
}

void Canvas::draw_segment(Point from, Point to, float thickness, const Yuv& color) {
  const float half = thickness / 2;
  const float reach = half + 0.5F;  // pixels whose centers are farther away are not touched
  const float along_x = to.x - from.x, along_y = to.y - from.y;
  const float squared_length = along_x * along_x + along_y * along_y;
  const Rectangle bounds{floor_of(std::min(from.x, to.x) - reach), floor_of(std::min(from.y, to.y) - reach),
                         ceil_of(std::max(from.x, to.x) + reach), ceil_of(std::max(from.y, to.y) + reach)};
  const auto span = [&](std::int32_t y, std::int32_t& first, std::int32_t& last) {
    // The part of the line whose points are near this row.
    float begin = 0, end = 1;
    if (std::abs(along_y) > 1e-6F) {
      const float center = static_cast<float>(y) + 0.5F - from.y;
      const float a = (center - reach) / along_y, b = (center + reach) / along_y;
      begin = std::clamp(std::min(a, b), 0.0F, 1.0F);
      end = std::clamp(std::max(a, b), 0.0F, 1.0F);
    }
    const float a = from.x + begin * along_x, b = from.x + end * along_x;
    first = floor_of(std::min(a, b) - reach);
    last = ceil_of(std::max(a, b) + reach);
  };
  const auto coverage = [&](std::int32_t x, std::int32_t y) {
    const float dx = static_cast<float>(x) + 0.5F - from.x, dy = static_cast<float>(y) + 0.5F - from.y;
    const float t = squared_length > 0 ? std::clamp((dx * along_x + dy * along_y) / squared_length, 0.0F, 1.0F) : 0.0F;
    return coverage_of(half - std::hypot(dx - t * along_x, dy - t * along_y));
  };
  shade(bounds, color, span, coverage);
}

void Canvas::draw_line(const Point* points, std::size_t count, bool closed, float thickness, const vision::Rgb& color) {
  const Yuv yuv = full_range(color);
  for (std::size_t i = 0; i + (closed ? 0 : 1) < count; ++i) {
    const Point from = points[i], to = points[(i + 1) % count];
    if (is_drawable(from) && is_drawable(to)) {
      draw_segment(from, to, thickness, yuv);
    }
  }
}

void Canvas::draw_dot(Point center, float radius, const vision::Rgb& color) {
  if (is_drawable(center)) {
    draw_segment(center, center, 2 * radius, full_range(color));
  }
}

void Canvas::draw_text(Font& font, std::u32string_view text, std::int32_t x, std::int32_t y, const vision::Rgb& color) {
  const Yuv yuv = full_range(color);
  for (const char32_t character : text) {
    const Glyph& glyph = font.glyph(character);
    const Rectangle bounds{x + glyph.left, y + glyph.top, x + glyph.left + glyph.width, y + glyph.top + glyph.height};
    const auto span = [&](std::int32_t, std::int32_t& first, std::int32_t& last) {
      first = bounds.left;
      last = bounds.right;
    };
    shade(bounds, yuv, span, [&](std::int32_t column, std::int32_t row) {
      return glyph.coverage[static_cast<std::size_t>((row - bounds.top) * glyph.width + column - bounds.left)];
    });
    x += glyph.advance;
  }
}

template <typename Number>
void Canvas::blend(const NumberGrid<Number>& numbers, const std::vector<std::optional<vision::Rgb>>& colors) {
  constexpr std::size_t kNumbers = std::size_t{1} << (8 * sizeof(Number));
  const Blending blending(colors, kNumbers);
  std::vector<std::int32_t> columns(static_cast<std::size_t>(width_));
  for (std::int32_t x = 0; x < width_; ++x) {
    columns[static_cast<std::size_t>(x)] = static_cast<std::int32_t>(std::int64_t{x} * numbers.width / width_);
  }
  const auto row_of = [&](std::int32_t y) {
    const std::int64_t row = std::int64_t{y} * numbers.height / height_;
    return reinterpret_cast<const Number*>(reinterpret_cast<const std::uint8_t*>(numbers.data) +
                                           row * numbers.row_bytes);
  };
  for (std::int32_t y = 0; y < height_; ++y) {
    const Number* row = row_of(y);
    std::uint8_t* luma = planes_[0] + std::ptrdiff_t{y} * luma_row_bytes_;
    for (std::int32_t x = 0; x < width_; ++x) {
      const Number number = row[columns[static_cast<std::size_t>(x)]];
      luma[x] = static_cast<std::uint8_t>(((luma[x] * blending.keep[number]) >> 8) + blending.luma[number]);
    }
    if (y % 2 != 0) {
      continue;
    }
    std::uint8_t* u = planes_[1] + std::ptrdiff_t{y / 2} * (luma_row_bytes_ / 2);
    std::uint8_t* v = planes_[2] + std::ptrdiff_t{y / 2} * (luma_row_bytes_ / 2);
    for (std::int32_t x = 0; x < width_; x += 2) {
      const Number number = row[columns[static_cast<std::size_t>(x)]];
      u[x / 2] = static_cast<std::uint8_t>(((u[x / 2] * blending.keep[number]) >> 8) + blending.u[number]);
      v[x / 2] = static_cast<std::uint8_t>(((v[x / 2] * blending.keep[number]) >> 8) + blending.v[number]);
    }
  }
}

template void Canvas::blend(const NumberGrid<std::uint8_t>&, const std::vector<std::optional<vision::Rgb>>&);
template void Canvas::blend(const NumberGrid<std::uint16_t>&, const std::vector<std::optional<vision::Rgb>>&);

}  // namespace hbm::overlay
