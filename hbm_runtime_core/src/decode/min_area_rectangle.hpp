// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace hbm::decode {

/// The center of a pixel of a mask, in whole pixels.
struct GridPoint {
  std::int32_t x, y;
};

struct PlanePoint {
  double x, y;
};

struct RotatedRectangle {
  PlanePoint center;
  PlanePoint axis;  ///< unit vector along `length`
  double length;    ///< side along `axis`, pixels
  double breadth;   ///< side across it, pixels

  double shorter_side() const { return length < breadth ? length : breadth; }
  /// The same rectangle, with every side moved outwards by `distance` pixels.
  RotatedRectangle grown(double distance) const;
  /// Clockwise as seen in a picture (y points down). The first is the upper one of the two leftmost corners.
  std::array<PlanePoint, 4> corners() const;
};

/// Clockwise as seen in a picture, without points on its edges. `points` are sorted by y, then x, and not empty.
std::vector<GridPoint> convex_hull(const std::vector<GridPoint>& points);

/// The smallest rectangle around a convex hull; as OpenCV's minAreaRect, it reaches from center to center of pixels.
RotatedRectangle min_area_rectangle(const std::vector<GridPoint>& hull);

}  // namespace hbm::decode
