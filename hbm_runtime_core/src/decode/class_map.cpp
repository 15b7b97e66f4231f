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
std::vector<int64_t> cells(double first, double step, int64_t pixels, int64_t count) {
  std::vector<int64_t> result(static_cast<size_t>(pixels), -1);
  for (int64_t i = 0; i < pixels; ++i) {
    const double position = std::floor(first + static_cast<double>(i) * step);
    if (position >= 0 && position < static_cast<double>(count)) {
      result[static_cast<size_t>(i)] = static_cast<int64_t>(position);
    }
  }
  return result;
}

}  // namespace

template <typename Class>
void sample_classes(const Class* grid, int64_t grid_width, int64_t grid_height, const GridPlacement& placement,
                    int64_t width, int64_t height, Class* classes) {
  constexpr Class kNone = std::numeric_limits<Class>::max();
  const std::vector<int64_t> columns = cells(placement.first_x, placement.step_x, width, grid_width);
  for (const int64_t row : cells(placement.first_y, placement.step_y, height, grid_height)) {
    if (row < 0) {
      classes = std::fill_n(classes, width, kNone);
      continue;
    }
    const Class* line = grid + row * grid_width;
    for (const int64_t column : columns) {
      *classes++ = column < 0 ? kNone : line[column];
    }
  }
}

template void sample_classes(const uint8_t*, int64_t, int64_t, const GridPlacement&, int64_t, int64_t, uint8_t*);
template void sample_classes(const uint16_t*, int64_t, int64_t, const GridPlacement&, int64_t, int64_t, uint16_t*);

}  // namespace hbm::decode
