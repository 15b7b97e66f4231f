// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "decode/class_scan.hpp"
#include "decode/min_area_rectangle.hpp"

namespace hbm::decode {

/// Pixels that touch each other, at sides or corners.
struct MaskRegion {
  std::vector<GridPoint> ends;  ///< first and last pixel of each of its runs, sorted by y, then x
  double sum = 0;               ///< of the values inside its outline, holes and what lies in them included
  std::int64_t count = 0;       ///< pixels inside its outline
};

/// The sum of the values of pixels [begin, end) of a row that were no hits.
using RowSum = std::function<double(std::int32_t row, std::int32_t begin, std::int32_t end)>;

/// The regions of a mask of width x height pixels, in the order of their topmost, leftmost pixels. Regions in a hole of
/// another one are regions of their own. `hits`: the pixels of the mask, row by row.
std::vector<MaskRegion> find_regions(const std::vector<Hit>& hits, std::int32_t width, std::int32_t height,
                                     const RowSum& row_sum);

}  // namespace hbm::decode
