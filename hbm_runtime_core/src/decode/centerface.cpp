// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// CenterFace (arXiv 1911.03599), one cell for 4 x 4 pixels: how likely a face has its center there [., 1], the
// logarithms of its height and width [., 2], where in the cell the center is [., 2], and five points of the face [.,
// 10], all y first.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

constexpr float kStride = 4;

class CenterFace final : public Decoder {
 public:
  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    scan_.prepare(outputs[0], 0, options, probability);
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    hits_.clear();
    boxes_.clear();
    points_.clear();
    scan_.find_all(frame.outputs[0], hits_);
    for (const Hit& hit : hits_) {
      add_face(frame, hit);
    }
    auto& detections = start<Detections>(result);
    detections.keypoint_count = kPoints;
    for (const std::int32_t index : selection_.choose(boxes_, options)) {
      append(boxes_, index, detections);
      for (const PlanePoint& point :
           points_[static_cast<std::size_t>(boxes_.sources[static_cast<std::size_t>(index)])]) {
        detections.keypoints.insert(detections.keypoints.end(), {point.x, point.y, 1.0F});
      }
    }
  }

 private:
  static constexpr int kPoints = 5;
  struct PlanePoint {
    float x, y;
  };

  void add_face(const Frame& frame, const Hit& hit) {
    const auto picture_width = static_cast<float>(frame.width);
    const auto picture_height = static_cast<float>(frame.height);
    const OutputView& heatmap = frame.outputs[0];
    float size[2];
    float offset[2];
    float offsets[2 * kPoints];
    frame.outputs[1].read(hit.cell, 0, 2, size);
    frame.outputs[2].read(hit.cell, 0, 2, offset);
    frame.outputs[3].read(hit.cell, 0, 2 * kPoints, offsets);
    const float width = std::exp(size[1]) * kStride;
    const float height = std::exp(size[0]) * kStride;
    const float x = (static_cast<float>(heatmap.column(hit.cell)) + offset[1] + 0.5F) * kStride - width / 2;
    const float y = (static_cast<float>(heatmap.row(hit.cell)) + offset[0] + 0.5F) * kStride - height / 2;
    // As the network's authors do: the top left corner is clipped, and the other one and the points are counted from
    // it.
    const float x0 = std::min(std::max(x, 0.0F), picture_width);
    const float y0 = std::min(std::max(y, 0.0F), picture_height);
    std::array<PlanePoint, kPoints> points;
    float sum = x + y + width + height;
    for (std::size_t i = 0; i < kPoints; ++i) {
      points[i] = {offsets[2 * i + 1] * width + x0, offsets[2 * i] * height + y0};
      sum += points[i].x + points[i].y;
    }
    // Clipping would hide that a number is none.
    if (!std::isfinite(sum)) {
      return;
    }
    boxes_.add(x0, y0, std::min(x0 + width, picture_width), std::min(y0 + height, picture_height), hit.value, 0,
               static_cast<std::int64_t>(points_.size()));
    points_.push_back(points);
  }

  ClassScan scan_;
  std::vector<Hit> hits_;
  Candidates boxes_;
  std::vector<std::array<PlanePoint, kPoints>> points_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_centerface(const std::vector<OutputInfo>&, const Settings&) {
  return std::make_unique<CenterFace>();
}

}  // namespace hbm::decode
