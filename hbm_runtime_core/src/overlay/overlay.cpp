// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/overlay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "overlay/class_color.hpp"

namespace hbm::overlay {
namespace {

constexpr vision::Rgb kBlack{0, 0, 0};
constexpr vision::Rgb kWhite{255, 255, 255};
constexpr float kVisible = 0.25F;  // keypoints below that are guesses

// The limbs of a person in the keypoints of COCO.
constexpr std::size_t kPersonKeypoints = 17;
constexpr std::pair<int, int> kLimbs[] = {{15, 13}, {13, 11}, {16, 14}, {14, 12}, {11, 12}, {5, 11},
                                          {6, 12},  {5, 6},   {5, 7},   {6, 8},   {7, 9},   {8, 10},
                                          {0, 1},   {0, 2},   {1, 3},   {2, 4},   {3, 5},   {4, 6}};

std::string caption_of(const Detections& detections, std::size_t index) {
  if (!detections.captions.empty()) {
    return detections.captions[index];
  }
  const std::int32_t number = detections.classes[index];
  const bool named = number >= 0 && static_cast<std::size_t>(number) < detections.labels.size();
  std::string text = named ? detections.labels[static_cast<std::size_t>(number)] : std::to_string(number);
  if (detections.scores != nullptr) {
    char score[16];
    std::snprintf(score, sizeof(score), "%.2f", static_cast<double>(detections.scores[index]));
    text += (text.empty() ? "" : " ") + std::string(score);
  }
  return text;
}

/// A coordinate as a whole number, also where it is NaN or far outside.
std::int32_t pixel_of(float value) {
  constexpr float kFarthest = 4.0F * vision::kMaxSide;
  return value >= -kFarthest && value <= kFarthest ? static_cast<std::int32_t>(std::lround(value)) : 0;
}

}  // namespace

void Overlay::fit(const Canvas& canvas) {
  const float side = static_cast<float>(canvas.width() + canvas.height()) / 2;
  // A line of one pixel would share its color with its neighbors.
  constexpr float kLineWidth = 0.0021F, kCapHeight = 0.0105F;
  line_width_ = std::max(2, static_cast<std::int32_t>(std::lround(side * kLineWidth)));
  font_.set_cap_height(std::max(8, static_cast<std::int32_t>(std::lround(side * kCapHeight))));
}

std::int32_t Overlay::label_height() const { return font_.cap_height() + 2 * font_.descent(); }

void Overlay::draw(Canvas& canvas, const Detections& detections) {
  fit(canvas);
  // The most certain one last, on top of all others; labels on top of every line.
  for (std::size_t i = detections.count; i-- > 0;) {
    const vision::Rgb color = color_of_class(detections.classes[i]);
    const float* corners = detections.corners == nullptr ? nullptr : detections.corners + 8 * i;
    draw_outline(canvas, detections.boxes + 4 * i, corners, color);
    if (detections.keypoints != nullptr) {
      draw_keypoints(canvas, detections.keypoints + 3 * detections.keypoint_count * i, detections.keypoint_count,
                     color);
    }
  }
  for (std::size_t i = detections.count; i-- > 0;) {
    const float* box = detections.boxes + 4 * i;
    std::int32_t x = pixel_of(box[0]), top = pixel_of(box[1]);
    if (detections.corners != nullptr) {  // at the highest corner
      const float* corners = detections.corners + 8 * i;
      std::size_t highest = 0;
      for (std::size_t k = 1; k < 4; ++k) {
        highest = corners[2 * k + 1] < corners[2 * highest + 1] ? k : highest;
      }
      x = pixel_of(corners[2 * highest]);
      top = pixel_of(corners[2 * highest + 1]);
    }
    const std::int32_t above = top - label_height();
    const std::string text = caption_of(detections, i);
    if (!text.empty()) {
      draw_label(canvas, text, x, above >= 0 ? above : top, color_of_class(detections.classes[i]));
    }
  }
}

void Overlay::draw_lines(Canvas& canvas, const std::vector<std::string>& lines,
                         const std::vector<std::int32_t>& classes) {
  fit(canvas);
  std::int32_t y = 2 * line_width_;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    draw_label(canvas, lines[i], 2 * line_width_, y, color_of_class(classes[i]));
    y += label_height();
  }
}

void Overlay::draw_outline(Canvas& canvas, const float* box, const float* corners, const vision::Rgb& color) const {
  if (corners != nullptr) {
    Point points[4];
    for (std::size_t i = 0; i < 4; ++i) {
      points[i] = {corners[2 * i], corners[2 * i + 1]};
    }
    canvas.draw_line(points, 4, true, static_cast<float>(line_width_), color);
    return;
  }
  const Rectangle outer{pixel_of(box[0]), pixel_of(box[1]), pixel_of(box[2]), pixel_of(box[3])};
  const std::int32_t line = std::max(1, std::min({line_width_, outer.right - outer.left, outer.bottom - outer.top}));
  canvas.fill({outer.left, outer.top, outer.right, outer.top + line}, color);
  canvas.fill({outer.left, outer.bottom - line, outer.right, outer.bottom}, color);
  canvas.fill({outer.left, outer.top + line, outer.left + line, outer.bottom - line}, color);
  canvas.fill({outer.right - line, outer.top + line, outer.right, outer.bottom - line}, color);
}

void Overlay::draw_keypoints(Canvas& canvas, const float* keypoints, std::size_t count,
                             const vision::Rgb& color) const {
  const auto visible = [&](std::size_t index) { return keypoints[3 * index + 2] >= kVisible; };
  const auto at = [&](std::size_t index) { return Point{keypoints[3 * index], keypoints[3 * index + 1]}; };
  const auto line = static_cast<float>(line_width_);
  if (count == kPersonKeypoints) {
    for (const auto& [from, to] : kLimbs) {
      const auto a = static_cast<std::size_t>(from), b = static_cast<std::size_t>(to);
      if (!visible(a) || !visible(b)) {
        continue;
      }
      const Point ends[] = {at(a), at(b)};
      canvas.draw_line(ends, 2, false, line, color);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!visible(i)) {
      continue;
    }
    canvas.draw_dot(at(i), 1.7F * line, kWhite);
    canvas.draw_dot(at(i), 1.2F * line, color);
  }
}

void Overlay::draw_label(Canvas& canvas, const std::string& text, std::int32_t x, std::int32_t y,
                         const vision::Rgb& color) {
  const std::u32string characters = characters_of(text);
  const std::int32_t margin = font_.descent();
  const std::int32_t width = font_.width_of(characters) + 2 * margin - margin / 2;
  x = std::max(0, std::min(x, canvas.width() - width));
  y = std::max(0, std::min(y, canvas.height() - label_height()));
  canvas.fill({x, y, x + width, y + label_height()}, color);
  constexpr std::int32_t kBright = 140;
  const bool bright = vision::gray_of(color.red, color.green, color.blue) > kBright;
  canvas.draw_text(font_, characters, x + margin, y + margin, bright ? kBlack : kWhite);
}

}  // namespace hbm::overlay
