// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// BlazeFace (arXiv 1907.05047): for each anchor a box and six points of the face [., 16] as distances from the anchor's
// center in pixels, and a logit [., 1]. Overlapping boxes become their mean, weighted by score.
#include <algorithm>
#include <cmath>
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

constexpr std::int64_t kValues = 16;
constexpr std::int64_t kPoints = 6;

class BlazeFace final : public Decoder {
 public:
  /// Setting `grids`: cells on a side, anchors in each cell, and so on for each grid.
  explicit BlazeFace(const Settings& settings) {
    const std::vector<double>& grids = settings.numbers("grids");
    for (std::size_t i = 0; i + 1 < grids.size(); i += 2) {
      const auto side = static_cast<std::int64_t>(grids[i]);
      for (std::int64_t cell = 0; cell < side * side; ++cell) {
        const std::int64_t column = cell % side;
        const std::int64_t row = cell / side;
        const auto x = static_cast<float>((static_cast<double>(column) + 0.5) / grids[i]);
        const auto y = static_cast<float>((static_cast<double>(row) + 0.5) / grids[i]);
        anchors_.insert(anchors_.end(), static_cast<std::size_t>(grids[i + 1]), Anchor{x, y});
      }
    }
  }

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    scan_.prepare(outputs[1], 0, options, sigmoid);
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    hits_.clear();
    boxes_.clear();
    faces_.clear();
    scan_.find_all(frame.outputs[1], hits_);
    for (const Hit& hit : hits_) {
      add_face(frame, hit);
    }
    auto& detections = start<Detections>(result);
    detections.keypoint_count = kPoints;
    Options all = options;
    all.iou = 1;
    all.max_detections = kMaxCandidates;
    order_ = selection_.choose(boxes_, all);
    while (!order_.empty() && detections.size() < options.max_detections) {
      merge_best(options.iou, detections);
    }
  }

 private:
  struct Anchor {
    float x, y;  ///< of its center, 0 to 1
  };
  /// Corners of the box, then the points: x and y of each, pixels.
  struct Face {
    float xy[kValues];
  };

  void add_face(const Frame& frame, const Hit& hit) {
    Face face;
    frame.outputs[0].read(hit.cell, 0, kValues, face.xy);
    const Anchor& anchor = anchors_[static_cast<std::size_t>(hit.cell)];
    const float width = face.xy[2];
    const float height = face.xy[3];
    if (!(width > 0) || !(height > 0)) {
      return;
    }
    const float center[2] = {anchor.x * static_cast<float>(frame.width), anchor.y * static_cast<float>(frame.height)};
    const float x = face.xy[0] + center[0];
    const float y = face.xy[1] + center[1];
    face.xy[0] = x - width / 2;
    face.xy[1] = y - height / 2;
    face.xy[2] = x + width / 2;
    face.xy[3] = y + height / 2;
    for (std::int64_t i = 4; i < kValues; ++i) {
      face.xy[i] += center[i % 2];
    }
    if (!std::all_of(face.xy, face.xy + kValues, [](float value) { return std::isfinite(value); })) {
      return;
    }
    boxes_.add(face.xy[0], face.xy[1], face.xy[2], face.xy[3], sigmoid(hit.value), 0,
               static_cast<std::int64_t>(faces_.size()));
    faces_.push_back(face);
  }

  /// Takes the best face and all that overlap it out of `order_`, and adds their mean.
  void merge_best(float iou, Detections& detections) {
    const std::int32_t best = order_.front();
    double sums[kValues] = {};
    double total = 0;
    rest_.clear();
    for (const std::int32_t index : order_) {
      // The best one stays with itself also where `iou` is 1.
      if (index != best && !(intersection_over_union(boxes_, index, best) > iou)) {
        rest_.push_back(index);
        continue;
      }
      const auto i = static_cast<std::size_t>(index);
      const Face& face = faces_[static_cast<std::size_t>(boxes_.sources[i])];
      const double score = boxes_.scores[i];
      total += score;
      for (std::int64_t k = 0; k < kValues; ++k) {
        sums[k] += face.xy[k] * score;
      }
    }
    order_.swap(rest_);
    const auto mean = [&](std::int64_t k) { return static_cast<float>(sums[k] / total); };
    detections.add(mean(0), mean(1), mean(2), mean(3), boxes_.scores[static_cast<std::size_t>(best)], 0);
    for (std::int64_t k = 4; k < kValues; k += 2) {
      detections.keypoints.insert(detections.keypoints.end(), {mean(k), mean(k + 1), 1.0F});
    }
  }

  std::vector<Anchor> anchors_;
  ClassScan scan_;
  std::vector<Hit> hits_;
  Candidates boxes_;
  std::vector<Face> faces_;
  Selection selection_;
  std::vector<std::int32_t> order_, rest_;  ///< of boxes_, best first
};

}  // namespace

std::unique_ptr<Decoder> make_blazeface(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<BlazeFace>(settings);
}

}  // namespace hbm::decode
