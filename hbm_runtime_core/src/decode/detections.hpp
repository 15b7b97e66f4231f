// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hbm::decode {

/// Objects in a picture, ordered by score, best first. Lengths in pixels from the outer edge of the top left pixel.
/// Decoders fill it in pixels of the model's picture; to_source() makes pixels of the source picture of it.
struct Detections {
  std::vector<float> boxes;  ///< x0, y0, x1, y1 of each
  std::vector<float> scores;
  std::vector<std::int32_t> classes;
  bool has_corners = false;
  std::vector<float> corners;                    ///< x, y of four corners of each, clockwise from the object's top left
  std::int64_t keypoint_count = -1;              ///< of each; -1: none
  std::vector<float> keypoints;                  ///< x, y, visibility of each
  std::int64_t mask_height = 0, mask_width = 0;  ///< 0: none
  /// 0 to 255 of each pixel of the prototypes, which cover the model's picture; 128 and more is the object.
  std::vector<std::uint8_t> masks;

  std::int64_t size() const { return static_cast<std::int64_t>(scores.size()); }
  void clear();
  void add(float x0, float y0, float x1, float y1, float score, std::int32_t class_index);
};

/// Classes of a whole picture, best first.
struct Classification {
  std::vector<std::int32_t> classes;
  std::vector<float> scores;

  void clear();
};

/// The class of each pixel of a grid that covers the model's picture.
struct Segmentation {
  std::int64_t height = 0, width = 0;
  bool many_classes = false;  ///< more than 256: of the two maps, `class_map` holds them
  std::vector<std::uint8_t> small_class_map;
  std::vector<std::uint16_t> class_map;

  void clear();
};

/// Characters of one line of text.
struct TextLine {
  std::vector<std::int32_t> characters;  ///< index in the decoder's labels
  std::vector<float> scores;             ///< one for each character

  void clear();
};

using Result = std::variant<Detections, Classification, Segmentation, TextLine>;

/// The result as one of kind `T`, empty but with the memory that it had.
template <typename T>
T& start(Result& result) {
  if (!std::holds_alternative<T>(result)) {
    result.emplace<T>();
  }
  T& started = std::get<T>(result);
  started.clear();
  return started;
}

/// Where a point of the model's picture lies in the source picture: source = (model - pad) / scale + crop, both in
/// pixels from the outer edge of the top left pixel.
struct SourcePixels {
  double scale_x = 1, scale_y = 1;
  double pad_left = 0, pad_top = 0;
  double crop_x = 0, crop_y = 0;
  std::int64_t width = 0, height = 0;  ///< of the source picture
};

/// Maps boxes, corners and keypoints to source pixels, and clips boxes and keypoints to the picture. A keypoint that is
/// no number becomes 0, 0 with visibility 0.
void to_source(const SourcePixels& source, Detections& detections);

}  // namespace hbm::decode
