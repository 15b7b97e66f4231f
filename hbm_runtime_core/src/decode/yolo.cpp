// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// YOLOv8, 11, 12, 26 and YOLOv10 whose heads come out stride by stride: logits of the classes, and the distances from a
// cell's center to the four sides, as they are or as a distribution over 16 bins.
// Source: ultralytics, Detect, DFL and dist2bbox; networks compiled for RDK S boards.
#include <algorithm>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

constexpr int kBins = 16;

class Yolo : public Decoder {
 public:
  explicit Yolo(const Settings& settings)
      : strides_(settings.numbers("strides")),
        multi_label_(settings.integer("multi_label") != 0),
        scans_(strides_.size()) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    for (size_t level = 0; level < strides_.size(); ++level) {
      const OutputInfo& classes = outputs[2 * level];
      const int64_t count = classes.shape[static_cast<size_t>(classes.channel_axis)];
      thresholds_.clear();
      for (int64_t i = 0; i < count; ++i) {
        thresholds_.push_back(least_input(options.confidence_of(i), sigmoid));
      }
      scans_[level].prepare(classes, 0, thresholds_);
    }
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    candidates_.clear();
    for (size_t level = 0; level < strides_.size(); ++level) {
      hits_.clear();
      const OutputView& classes = frame.outputs[2 * level];
      multi_label_ ? scans_[level].find_all(classes, hits_) : scans_[level].find_best(classes, hits_);
      for (const Hit& hit : hits_) {
        add(frame.outputs[2 * level + 1], static_cast<float>(strides_[level]), hit);
      }
    }
    auto& detections = start<Detections>(result);
    for (const int32_t index : selection_.choose(candidates_, options)) {
      const auto i = static_cast<size_t>(index);
      detections.add(candidates_.x0[i], candidates_.y0[i], candidates_.x1[i], candidates_.y1[i], candidates_.scores[i],
                     candidates_.classes[i]);
    }
  }

 private:
  void add(const OutputView& boxes, float stride, const Hit& hit) {
    float sides[4 * kBins];
    boxes.read(hit.cell, 0, boxes.channels(), sides);
    if (boxes.channels() > 4) {
      for (int side = 0; side < 4; ++side) {
        sides[side] = expected_bin<kBins>(sides + side * kBins);
      }
    }
    const float x = static_cast<float>(hit.cell % boxes.width()) + 0.5F;
    const float y = static_cast<float>(hit.cell / boxes.width()) + 0.5F;
    candidates_.add((x - sides[0]) * stride, (y - sides[1]) * stride, (x + sides[2]) * stride, (y + sides[3]) * stride,
                    sigmoid(hit.value), hit.class_index, hit.cell);
  }

  std::vector<double> strides_;
  bool multi_label_;              // every class of a cell counts, not only its best
  std::vector<ClassScan> scans_;  // one for each stride
  std::vector<float> thresholds_;
  std::vector<Hit> hits_;
  Candidates candidates_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_yolo(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<Yolo>(settings);
}

}  // namespace hbm::decode
