// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/min_area_rectangle.hpp"

#include <algorithm>
#include <cmath>

namespace hbm::decode {
namespace {

std::int64_t dot(const GridPoint& a, const GridPoint& b) {
  return static_cast<std::int64_t>(a.x) * b.x + static_cast<std::int64_t>(a.y) * b.y;
}

std::int64_t cross(const GridPoint& a, const GridPoint& b) {
  return static_cast<std::int64_t>(a.x) * b.y - static_cast<std::int64_t>(a.y) * b.x;
}

GridPoint difference(const GridPoint& a, const GridPoint& b) { return {a.x - b.x, a.y - b.y}; }

/// Appends `point` to a chain that turns one way only.
void extend(std::vector<GridPoint>& chain, std::size_t chain_begin, const GridPoint& point) {
  while (chain.size() >= chain_begin + 2 &&
         cross(difference(chain.back(), chain[chain.size() - 2]), difference(point, chain.back())) <= 0) {
    chain.pop_back();
  }
  chain.push_back(point);
}

}  // namespace

RotatedRectangle RotatedRectangle::grown(double distance) const {
  return {center, axis, length + 2 * distance, breadth + 2 * distance};
}

std::array<PlanePoint, 4> RotatedRectangle::corners() const {
  const PlanePoint along{axis.x * length / 2, axis.y * length / 2};
  const PlanePoint across{-axis.y * breadth / 2, axis.x * breadth / 2};
  std::array<PlanePoint, 4> clockwise{{
      {center.x - along.x - across.x, center.y - along.y - across.y},
      {center.x + along.x - across.x, center.y + along.y - across.y},
      {center.x + along.x + across.x, center.y + along.y + across.y},
      {center.x - along.x + across.x, center.y - along.y + across.y},
  }};
  std::array<std::size_t, 4> by_x{0, 1, 2, 3};
  std::stable_sort(by_x.begin(), by_x.end(),
                   [&](std::size_t a, std::size_t b) { return clockwise[a].x < clockwise[b].x; });
  const std::size_t first = clockwise[by_x[1]].y < clockwise[by_x[0]].y ? by_x[1] : by_x[0];
  std::rotate(clockwise.begin(), clockwise.begin() + static_cast<std::ptrdiff_t>(first), clockwise.end());
  return clockwise;
}

std::vector<GridPoint> convex_hull(const std::vector<GridPoint>& points) {
  std::vector<GridPoint> hull;
  for (const GridPoint& point : points) {
    extend(hull, 0, point);
  }
  if (points.size() < 2) {
    return hull;
  }
  const std::size_t turn = hull.size() - 1;
  for (auto point = points.rbegin() + 1; point != points.rend(); ++point) {
    extend(hull, turn, *point);
  }
  if (hull.size() > 1) {
    hull.pop_back();  // the first point again
  }
  return hull;
}

RotatedRectangle min_area_rectangle(const std::vector<GridPoint>& hull) {
  const std::size_t count = hull.size();
  if (count == 1) {
    return {{static_cast<double>(hull[0].x), static_cast<double>(hull[0].y)}, {1, 0}, 0, 0};
  }
  // An edge of the hull lies on a side of the smallest rectangle. While `edge` goes round, so do the points that are
  // furthest along it, furthest from it and furthest back; in whole numbers, so that no rounding picks another one.
  const auto step = [&](std::size_t i) { return difference(hull[(i + 1) % count], hull[i % count]); };
  RotatedRectangle best{};
  double least_area = INFINITY;
  std::size_t ahead = 0;
  std::size_t far = 0;
  std::size_t back = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const GridPoint edge = step(i);
    ahead = std::max(ahead, i);
    while (ahead < i + count && dot(edge, step(ahead)) > 0) {
      ++ahead;
    }
    far = std::max(far, i + 1);
    while (far < i + count && cross(edge, step(far)) > 0) {
      ++far;
    }
    back = std::max(back, ahead);
    while (back < i + count && dot(edge, step(back)) <= 0) {
      ++back;
    }
    const double square = static_cast<double>(dot(edge, edge));
    const auto most = static_cast<double>(dot(edge, difference(hull[ahead % count], hull[i])));
    const auto least = static_cast<double>(dot(edge, difference(hull[back % count], hull[i])));
    const auto height = static_cast<double>(cross(edge, difference(hull[far % count], hull[i])));
    const double area = (most - least) * height / square;
    if (area >= least_area) {
      continue;
    }
    least_area = area;
    const double scale = std::sqrt(square);
    const PlanePoint axis{edge.x / scale, edge.y / scale};
    const double along = (most + least) / 2 / scale;
    const double across = height / 2 / scale;
    best = {{hull[i].x + axis.x * along - axis.y * across, hull[i].y + axis.y * along + axis.x * across},
            axis,
            (most - least) / scale,
            height / scale};
  }
  return best;
}

}  // namespace hbm::decode
