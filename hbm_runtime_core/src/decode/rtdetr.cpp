// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// RT-DETR (arXiv 2304.08069): each of some hundred queries has a box, center x, center y, width and height in parts of
// the picture, and classes. No two queries mean the same object, so nothing is suppressed.
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

/// Outputs: logits [., C] and boxes [., 4]; every class of a query counts. Or one [., 4 + C] with boxes and
/// probabilities, of which the best class of a query counts.
class RtDetr final : public Decoder {
 public:
  explicit RtDetr(const std::vector<OutputInfo>& outputs) : joined_(outputs.size() == 1) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    const std::int64_t first = joined_ ? 4 : 0;
    scan_.prepare(outputs[0], first, options, joined_ ? &probability : &sigmoid);
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    hits_.clear();
    boxes_.clear();
    if (joined_) {
      scan_.find_best(frame.outputs[0], hits_);
    } else {
      scan_.find_all(frame.outputs[0], hits_);
    }
    const auto width = static_cast<float>(frame.width);
    const auto height = static_cast<float>(frame.height);
    for (const Hit& hit : hits_) {
      float box[4];
      frame.outputs.back().read(hit.cell, 0, 4, box);
      const float score = joined_ ? hit.value : sigmoid(hit.value);
      boxes_.add((box[0] - box[2] / 2) * width, (box[1] - box[3] / 2) * height, (box[0] + box[2] / 2) * width,
                 (box[1] + box[3] / 2) * height, score, hit.class_index, hit.cell);
    }
    auto& detections = start<Detections>(result);
    for (const std::int32_t index : selection_.choose(boxes_, options)) {
      append(boxes_, index, detections);
    }
  }

 private:
  bool joined_;
  ClassScan scan_;
  std::vector<Hit> hits_;
  Candidates boxes_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_rtdetr(const std::vector<OutputInfo>& outputs, const Settings&) {
  return std::make_unique<RtDetr>(outputs);
}

}  // namespace hbm::decode
