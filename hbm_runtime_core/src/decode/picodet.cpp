// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// PicoDet (arXiv 2111.00902): for each stride the probability of each class [N, C], then for each stride the distances
// from the cell's center to the sides of the box [N, 32]: of each, the logits of 0 to 7 strides.
#include <cmath>
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

constexpr int kBins = 8;

class PicoDet final : public Decoder {
 public:
  PicoDet(const std::vector<OutputInfo>& outputs, const Settings& settings)
      : strides_(settings.numbers("strides")), scans_(outputs.size() / 2) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    for (std::size_t level = 0; level < scans_.size(); ++level) {
      scans_[level].prepare(outputs[level], 0, options, probability);
    }
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    boxes_.clear();
    for (std::size_t level = 0; level < scans_.size(); ++level) {
      find_boxes(frame, level);
    }
    auto& detections = start<Detections>(result);
    for (const std::int32_t index : selection_.choose(boxes_, options)) {
      append(boxes_, index, detections);
    }
  }

 private:
  void find_boxes(const Frame& frame, std::size_t level) {
    const OutputView& classes = frame.outputs[level];
    const OutputView& distances = frame.outputs[level + scans_.size()];
    const auto stride = static_cast<float>(strides_[level]);
    const auto columns = static_cast<std::int64_t>(std::ceil(static_cast<float>(frame.width) / stride));
    hits_.clear();
    scans_[level].find_all(classes, hits_);
    for (const Hit& hit : hits_) {
      float bins[4 * kBins];
      distances.read(hit.cell, 0, 4 * kBins, bins);
      float side[4];
      expected_bins<4, kBins>(bins, side);
      for (float& length : side) {
        length *= stride;
      }
      const std::int64_t column = hit.cell % columns;
      const std::int64_t row = hit.cell / columns;
      const float x = (static_cast<float>(column) + 0.5F) * stride;
      const float y = (static_cast<float>(row) + 0.5F) * stride;
      boxes_.add(x - side[0], y - side[1], x + side[2], y + side[3], hit.value, hit.class_index, hit.cell);
    }
  }

  std::vector<double> strides_;
  std::vector<ClassScan> scans_;
  std::vector<Hit> hits_;
  Candidates boxes_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_picodet(const std::vector<OutputInfo>& outputs, const Settings& settings) {
  return std::make_unique<PicoDet>(outputs, settings);
}

}  // namespace hbm::decode
