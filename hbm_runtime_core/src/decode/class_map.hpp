// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hbm::decode {

/// Where the center of a picture's pixel lies in a grid, in cells from the outer edge of the first one:
/// first + pixel * step.
struct GridPlacement {
  double first_x, step_x;
  double first_y, step_y;
};

/// The class of the cell that each pixel's center lies in; the greatest number of the type where it lies in none.
/// `Class` is uint8_t or uint16_t.
template <typename Class>
void sample_classes(const Class* grid, std::int64_t grid_width, std::int64_t grid_height,
                    const GridPlacement& placement, std::int64_t width, std::int64_t height, Class* classes);

}  // namespace hbm::decode
