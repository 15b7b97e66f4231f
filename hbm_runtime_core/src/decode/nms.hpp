// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "decode/decoder.hpp"

namespace hbm::decode {

/// Of more boxes, only so many with the highest scores go into NMS.
constexpr std::int64_t kMaxCandidates = 30000;

/// Boxes that a decoder has found, before NMS, in pixels of the model's picture. Those that are not finite or have a
/// negative side are dropped. All are upright, or all are oriented.
struct Candidates {
  std::vector<float> x0, y0, x1, y1;
  std::vector<float> scores;
  std::vector<std::int32_t> classes;
  std::vector<std::int64_t> sources;  ///< what the decoder wants to remember of each, such as its cell
  /// Of oriented boxes: how far each is turned clockwise, radians. Its center x, y, width and height are in the columns
  /// of the corners then.
  std::vector<float> angles;

  std::int64_t size() const { return static_cast<std::int64_t>(scores.size()); }
  void clear();
  void add(float left, float top, float right, float bottom, float score, std::int32_t class_index,
           std::int64_t source);
  void add_oriented(float x, float y, float width, float height, float angle, float score, std::int32_t class_index,
                    std::int64_t source);

  struct Oriented {
    float x, y, width, height;  ///< center and sides
  };
  Oriented oriented(std::size_t i) const { return {x0[i], y0[i], x1[i], y1[i]}; }

 private:
  void push(float first, float second, float third, float fourth, float score, std::int32_t class_index,
            std::int64_t source);
};

/// Appends one of the boxes to what was found.
void append(const Candidates& boxes, std::int32_t index, Detections& detections);

/// Of two upright boxes.
float intersection_over_union(const Candidates& boxes, std::int32_t first, std::int32_t second);

/// Non-maximum suppression. Keeps its memory from call to call.
class Selection {
 public:
  /// Indices of the boxes that stay, best first (the first of equals first), at most `max_detections`. A box goes where
  /// a better one of its class that stays (`class_agnostic`: of any class) has an intersection over union with it above
  /// `iou`. Where that is 1 or more, none goes.
  const std::vector<std::int32_t>& choose(const Candidates& boxes, const Options& options);

 private:
  // Those that a box of the same class is compared with: columns, so that comparing with all becomes vector code.
  struct Rivals {
    std::vector<float> x0, y0, x1, y1, area;
    std::vector<double> x, y, xx, yy, xy;  // of oriented ones: mean and covariance
    void clear();
  };

  void order_by_score(const Candidates& boxes, std::int64_t max_count);
  void group_by_class(const Candidates& boxes);
  // Whether a box goes; it becomes a rival of the next ones as its kind of box has it.
  bool is_covered(const Candidates& boxes, std::size_t index, float iou);
  bool is_covered_oriented(const Candidates& boxes, std::size_t index, float iou);

  std::vector<std::uint64_t> keys_;
  std::vector<std::int32_t> ranks_;         // best first
  std::vector<std::int32_t> by_class_;      // positions in ranks_, class by class
  std::vector<std::int32_t> class_starts_;  // in by_class_
  std::vector<std::int32_t> stay_;          // positions in ranks_
  std::vector<std::int32_t> result_;
  Rivals rivals_;
};

}  // namespace hbm::decode
