// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Text detection with differentiable binarization (arXiv 1911.08947), as PP-OCR's: how likely each pixel lies in the
// core of a line of text. A line is the smallest rectangle around a core, grown back to the size of the text.
#include <algorithm>
#include <array>
#include <memory>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/mask_regions.hpp"
#include "decode/nms.hpp"

namespace hbm::decode {
namespace {

// Thinner cores are noise, as are boxes that did not grow.
constexpr double kLeastCoreSide = 3;
constexpr double kLeastBoxSide = 5;

class TextDetection final : public Decoder {
 public:
  /// Settings `logits`: 1 where the output is not yet a probability; `pixel_threshold`: a pixel at or above it belongs
  /// to a core; `unclip_ratio`: a core grows by this times its area over its perimeter.
  explicit TextDetection(const Settings& settings)
      : logits_(settings.integer("logits") != 0),
        pixel_threshold_(static_cast<float>(settings.number("pixel_threshold"))),
        unclip_ratio_(settings.number("unclip_ratio")) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options&) override {
    scan_.prepare(outputs[0], 0, {least_input(pixel_threshold_, logits_ ? &sigmoid : &probability)});
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    const OutputView& map = frame.outputs[0];
    hits_.clear();
    scan_.find_all(map, hits_);
    if (logits_) {
      for (Hit& hit : hits_) {
        hit.value = sigmoid(hit.value);
      }
    }
    boxes_.clear();
    corners_.clear();
    const auto sum_of = [&](std::int32_t row, std::int32_t begin, std::int32_t end) {
      return sum_of_row(map, row, begin, end);
    };
    for (const MaskRegion& region :
         find_regions(hits_, static_cast<std::int32_t>(map.width()), static_cast<std::int32_t>(map.height()), sum_of)) {
      add_line(frame, map, region, options.confidence);
    }
    auto& detections = start<Detections>(result);
    detections.has_corners = true;
    for (const std::int32_t index : selection_.choose(boxes_, options)) {
      append(boxes_, index, detections);
      const Corners& corners = corners_[static_cast<std::size_t>(boxes_.sources[static_cast<std::size_t>(index)])];
      detections.corners.insert(detections.corners.end(), corners.begin(), corners.end());
    }
  }

 private:
  using Corners = std::array<float, 8>;

  double sum_of_row(const OutputView& map, std::int32_t row, std::int32_t begin, std::int32_t end) {
    values_.resize(static_cast<std::size_t>(end - begin));
    map.read_row(row, begin, 0, end - begin, values_.data());
    double sum = 0;
    for (const float value : values_) {
      sum += logits_ ? sigmoid(value) : value;
    }
    return sum;
  }

  void add_line(const Frame& frame, const OutputView& map, const MaskRegion& region, float confidence) {
    const RotatedRectangle core = min_area_rectangle(convex_hull(region.ends));
    if (core.shorter_side() < kLeastCoreSide) {
      return;
    }
    const auto score = static_cast<float>(region.sum / static_cast<double>(region.count));
    if (!(score >= confidence)) {
      return;
    }
    const double growth = core.length * core.breadth * unclip_ratio_ / (2 * (core.length + core.breadth));
    const RotatedRectangle line = core.grown(growth);
    if (line.shorter_side() < kLeastBoxSide) {
      return;
    }
    // From centers of pixels of the map to pixels of the picture, counted from the outer edge of the top left one.
    const double scale_x = static_cast<double>(frame.width) / static_cast<double>(map.width());
    const double scale_y = static_cast<double>(frame.height) / static_cast<double>(map.height());
    Corners corners;
    auto out = corners.begin();
    for (const PlanePoint& corner : line.corners()) {
      *out++ = static_cast<float>((corner.x + 0.5) * scale_x);
      *out++ = static_cast<float>((corner.y + 0.5) * scale_y);
    }
    const auto [left, right] = std::minmax({corners[0], corners[2], corners[4], corners[6]});
    const auto [top, bottom] = std::minmax({corners[1], corners[3], corners[5], corners[7]});
    boxes_.add(left, top, right, bottom, score, 0, static_cast<std::int64_t>(corners_.size()));
    corners_.push_back(corners);
  }

  bool logits_;
  float pixel_threshold_;
  double unclip_ratio_;
  ClassScan scan_;
  std::vector<Hit> hits_;
  std::vector<float> values_;
  std::vector<Corners> corners_;
  Candidates boxes_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Decoder> make_text_detection(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<TextDetection>(settings);
}

}  // namespace hbm::decode
