// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "decode/decoder.hpp"
#include "decode/masks.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {

/// What YOLO finds of an object besides its box; the numbers are those of the setting "task".
enum class YoloTask { kDetect = 0, kSegment = 1, kPose = 2, kObb = 3 };

/// What all YOLO decoders do once their candidates are found: choose, and add what belongs to the task.
class YoloResults {
 public:
  explicit YoloResults(const Settings& settings) : task_(static_cast<YoloTask>(settings.integer("task"))) {}

  YoloTask task() const { return task_; }

  /// `extra(candidate, values)` writes what the task reads of a candidate: the coefficients of its mask, or x, y
  /// (pixels of the model's picture) and visibility (0 to 1) of its keypoints. `extra_count`: how many numbers these
  /// are.
  template <typename Extra>
  void write(const Candidates& candidates, const Frame& frame, const Options& options, std::int64_t extra_count,
             const Extra& extra, Result& result) {
    auto& detections = start<Detections>(result);
    extra_.resize(static_cast<std::size_t>(extra_count));
    if (task_ == YoloTask::kSegment) {
      masks_.start(frame.outputs.back(), frame.width, frame.height, detections);
    }
    detections.has_corners = task_ == YoloTask::kObb;
    detections.keypoint_count = task_ == YoloTask::kPose ? extra_count / 3 : -1;
    for (const std::int32_t index : selection_.choose(candidates, options)) {
      const auto i = static_cast<std::size_t>(index);
      if (task_ == YoloTask::kObb) {
        add_oriented(candidates, i, detections);
        continue;
      }
      detections.add(candidates.x0[i], candidates.y0[i], candidates.x1[i], candidates.y1[i], candidates.scores[i],
                     candidates.classes[i]);
      if (task_ == YoloTask::kDetect) {
        continue;
      }
      extra(i, extra_.data());
      if (task_ == YoloTask::kSegment) {
        masks_.add(extra_.data(), detections);
      } else {
        detections.keypoints.insert(detections.keypoints.end(), extra_.begin(), extra_.end());
      }
    }
  }

 private:
  static void add_oriented(const Candidates& candidates, std::size_t i, Detections& detections);

  YoloTask task_;
  Selection selection_;
  Masks masks_;
  std::vector<float> extra_;
};

}  // namespace hbm::decode
