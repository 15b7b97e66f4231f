// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "overlay/canvas.hpp"
#include "overlay/font.hpp"

namespace hbm::overlay {

/// The detections of one picture, in its pixels, the most certain first. Arrays lie in the caller's memory.
struct Detections {
  std::size_t count = 0;
  const float* boxes = nullptr;   ///< x0, y0, x1, y1
  const float* scores = nullptr;  ///< may be null: captions without a number
  const std::int32_t* classes = nullptr;
  const float* corners = nullptr;    ///< four x, y in place of the box; may be null
  const float* keypoints = nullptr;  ///< `keypoint_count` x, y, visibility; may be null
  std::size_t keypoint_count = 0;
  std::vector<std::string> labels;    ///< by class; a class without one shows its number
  std::vector<std::string> captions;  ///< one for each detection in place of label and score, or none at all
};

/// Draws results into pictures: lines and letters as large as the picture asks for, a color for each class.
class Overlay {
 public:
  void draw(Canvas& canvas, const Detections& detections);
  /// What belongs to the whole picture: lines of text in its top left corner, in the colors of `classes`.
  void draw_lines(Canvas& canvas, const std::vector<std::string>& lines, const std::vector<std::int32_t>& classes);

 private:
  void fit(const Canvas& canvas);
  void draw_outline(Canvas& canvas, const float* box, const float* corners, const vision::Rgb& color) const;
  void draw_keypoints(Canvas& canvas, const float* keypoints, std::size_t count, const vision::Rgb& color) const;
  /// With its top left corner at `x`, `y`, moved into the picture where it would reach beyond.
  void draw_label(Canvas& canvas, const std::string& text, std::int32_t x, std::int32_t y, const vision::Rgb& color);
  std::int32_t label_height() const;

  Font font_;
  std::int32_t line_width_ = 0;
};

}  // namespace hbm::overlay
