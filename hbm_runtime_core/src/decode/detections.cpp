// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/detections.hpp"

#include <algorithm>
#include <cmath>

namespace hbm::decode {
namespace {

// NaN stays NaN: std::clamp would be undefined for it.
float inside(double value, std::int64_t most) {
  const auto end = static_cast<double>(most);
  return static_cast<float>(value < 0 ? 0 : value > end ? end : value);
}

double map_x(const SourcePixels& s, float x) { return (static_cast<double>(x) - s.pad_left) / s.scale_x + s.crop_x; }
double map_y(const SourcePixels& s, float y) { return (static_cast<double>(y) - s.pad_top) / s.scale_y + s.crop_y; }

}  // namespace

void Detections::clear() {
  boxes.clear();
  scores.clear();
  classes.clear();
  has_corners = false;
  corners.clear();
  keypoint_count = -1;
  keypoints.clear();
  mask_height = mask_width = 0;
  masks.clear();
}

void Classification::clear() {
  classes.clear();
  scores.clear();
}

void Segmentation::clear() {
  height = width = 0;
  many_classes = false;
  small_class_map.clear();
  class_map.clear();
}

void TextLine::clear() {
  characters.clear();
  scores.clear();
}

void Detections::add(float x0, float y0, float x1, float y1, float score, std::int32_t class_index) {
  boxes.insert(boxes.end(), {x0, y0, x1, y1});
  scores.push_back(score);
  classes.push_back(class_index);
}

void to_source(const SourcePixels& source, Detections& detections) {
  const auto map_clipped = [&](float* point) {
    point[0] = inside(map_x(source, point[0]), source.width);
    point[1] = inside(map_y(source, point[1]), source.height);
  };
  for (std::size_t i = 0; i < detections.boxes.size(); i += 2) {
    map_clipped(&detections.boxes[i]);
  }
  for (std::size_t i = 0; i < detections.keypoints.size(); i += 3) {
    float* point = &detections.keypoints[i];
    map_clipped(point);
    // Whoever draws points or sends them expects numbers.
    if (!std::isfinite(point[0] + point[1] + point[2])) {
      std::fill(point, point + 3, 0.0F);
    }
  }
  // Moved to the border, corners would make another shape.
  for (std::size_t i = 0; i < detections.corners.size(); i += 2) {
    detections.corners[i] = static_cast<float>(map_x(source, detections.corners[i]));
    detections.corners[i + 1] = static_cast<float>(map_y(source, detections.corners[i + 1]));
  }
}

}  // namespace hbm::decode
