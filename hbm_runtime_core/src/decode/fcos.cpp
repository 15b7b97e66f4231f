// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// FCOS (arXiv 1904.01355): for each stride, class logits [., C], the distances from the cell's center to the sides of
// the box [., 4] in pixels, and how central the cell lies in it [., 1]; all classes first, then all boxes, then all
// centers.
#include <cmath>
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

/// The score of a cell that lies in the very center: no cell of this class logit has a higher one.
float highest_score(float class_logit) { return std::sqrt(sigmoid(class_logit)); }

class Fcos final : public Decoder {
 public:
  Fcos(const std::vector<OutputInfo>& outputs, const Settings& settings)
      : strides_(settings.numbers("strides")), scans_(outputs.size() / 3) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    for (std::size_t level = 0; level < scans_.size(); ++level) {
      scans_[level].prepare(outputs[level], 0, options, highest_score);
    }
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    boxes_.clear();
    for (std::size_t level = 0; level < scans_.size(); ++level) {
      find_boxes(frame, level, options);
    }
    auto& detections = start<Detections>(result);
    for (const std::int32_t index : selection_.choose(boxes_, options)) {
      append(boxes_, index, detections);
    }
  }

 private:
  void find_boxes(const Frame& frame, std::size_t level, const Options& options) {
    const OutputView& classes = frame.outputs[level];
    const OutputView& sides = frame.outputs[level + scans_.size()];
    const OutputView& centerness = frame.outputs[level + 2 * scans_.size()];
    hits_.clear();
    scans_[level].find_best(classes, hits_);
    const auto stride = static_cast<float>(strides_[level]);
    for (const Hit& hit : hits_) {
      const float score = std::sqrt(sigmoid(hit.value) * sigmoid(centerness.real(hit.cell, 0)));
      if (!(score >= options.confidence_of(hit.class_index))) {
        continue;
      }
      float side[4];
      sides.read(hit.cell, 0, 4, side);
      const float x = (static_cast<float>(classes.column(hit.cell)) + 0.5F) * stride;
      const float y = (static_cast<float>(classes.row(hit.cell)) + 0.5F) * stride;
      boxes_.add(x - side[0], y - side[1], x + side[2], y + side[3], score, hit.class_index, hit.cell);
    }
  }

  std::vector<double> strides_;
  std::vector<ClassScan> scans_;
  std::vector<Hit> hits_;
  Candidates boxes_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_fcos(const std::vector<OutputInfo>& outputs, const Settings& settings) {
  return std::make_unique<Fcos>(outputs, settings);
}

}  // namespace hbm::decode
