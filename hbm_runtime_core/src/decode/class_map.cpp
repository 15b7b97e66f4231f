// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/class_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hbm::decode {
namespace {

/// The cell of each pixel along one axis, -1 where there is none.
std::vector<std::int64_t> cells(double first, double step, std::int64_t pixels, std::int64_t count) {
  std::vector<std::int64_t> result(static_cast<std::size_t>(pixels), -1);
  for (std::int64_t i = 0; i < pixels; ++i) {
    const double position = std::floor(first + static_cast<double>(i) * step);
    if (position >= 0 && position < static_cast<double>(count)) {
      result[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(position);
    }
  }
  return result;
}

}  // namespace

template <typename Class>
void sample_classes(const Class* grid, std::int64_t grid_width, std::int64_t grid_height,
                    const GridPlacement& placement, std::int64_t width, std::int64_t height, Class* classes) {
  constexpr Class kNone = std::numeric_limits<Class>::max();
  const std::vector<std::int64_t> columns = cells(placement.first_x, placement.step_x, width, grid_width);
  for (const std::int64_t row : cells(placement.first_y, placement.step_y, height, grid_height)) {
    if (row < 0) {
      classes = std::fill_n(classes, width, kNone);
      continue;
    }
    const Class* line = grid + row * grid_width;
    for (const std::int64_t column : columns) {
      *classes++ = column < 0 ? kNone : line[column];
    }
  }
}

template void sample_classes(const std::uint8_t*, std::int64_t, std::int64_t, const GridPlacement&, std::int64_t,
                             std::int64_t, std::uint8_t*);
template void sample_classes(const std::uint16_t*, std::int64_t, std::int64_t, const GridPlacement&, std::int64_t,
                             std::int64_t, std::uint16_t*);

}  // namespace hbm::decode
