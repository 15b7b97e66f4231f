// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// YOLOv5: for each stride one output with three boxes per cell, each of them x, y, width, height, the logit of an
// object and those of the classes, and the coefficients of a mask where the network segments. Source:
// ultralytics/yolov5, Detect and Segment; networks compiled for RDK S boards.
#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"
#include "decode/yolo_tasks.hpp"

namespace hbm::decode {
namespace {

class YoloAnchors : public Decoder {
 public:
  explicit YoloAnchors(const Settings& settings)
      : strides_(settings.numbers("strides")),
        anchors_(settings.numbers("anchors")),
        per_cell_(anchors_.size() / strides_.size() / 2),
        class_count_(settings.integer("classes")),
        results_(settings),
        scans_(strides_.size() * per_cell_),
        logits_(static_cast<std::size_t>(class_count_)) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    // The score is the product of the object's and the class's, so neither can be below the threshold.
    const float least = least_input(options.least_confidence(), sigmoid);
    for (std::size_t i = 0; i < scans_.size(); ++i) {
      const OutputInfo& map = outputs[i / per_cell_];
      scans_[i].prepare(map, first_channel(map.channels(), i % per_cell_) + 4, {least});
    }
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    candidates_.clear();
    for (std::size_t i = 0; i < scans_.size(); ++i) {
      hits_.clear();
      scans_[i].find_best(frame.outputs[i / per_cell_], hits_);
      for (const Hit& hit : hits_) {
        add(frame.outputs[i / per_cell_], i, hit, options);
      }
    }
    const std::int64_t extra_count =
        frame.outputs[0].channels() / static_cast<std::int64_t>(per_cell_) - 5 - class_count_;
    const auto extra = [&](std::size_t candidate, float* values) {
      const auto i = static_cast<std::size_t>(candidates_.sources[candidate] >> 32);
      const OutputView& map = frame.outputs[i / per_cell_];
      map.read(candidates_.sources[candidate] & 0xffffffff,
               first_channel(map.channels(), i % per_cell_) + 5 + class_count_, extra_count, values);
    };
    results_.write(candidates_, frame, options, extra_count, extra, result);
  }

 private:
  std::int64_t first_channel(std::int64_t channels, std::size_t anchor) const {
    return channels / static_cast<std::int64_t>(per_cell_) * static_cast<std::int64_t>(anchor);
  }

  // `i` counts the anchors of all strides.
  void add(const OutputView& map, std::size_t i, const Hit& hit, const Options& options) {
    const std::int64_t first = first_channel(map.channels(), i % per_cell_);
    map.read(hit.cell, first + 5, class_count_, logits_.data());
    const std::int32_t best = best_index(logits_);
    const float score = sigmoid(hit.value) * sigmoid(logits_[static_cast<std::size_t>(best)]);
    if (!(score >= options.confidence_of(best))) {
      return;
    }
    float box[4];
    map.read(hit.cell, first, 4, box);
    const auto stride = static_cast<float>(strides_[i / per_cell_]);
    const auto column = static_cast<float>(map.column(hit.cell));
    const auto row = static_cast<float>(map.row(hit.cell));
    const float x = (sigmoid(box[0]) * 2 - 0.5F + column) * stride;
    const float y = (sigmoid(box[1]) * 2 - 0.5F + row) * stride;
    const float width = sigmoid(box[2]) * 2, height = sigmoid(box[3]) * 2;
    const float half_width = width * width * static_cast<float>(anchors_[2 * i]) / 2;
    const float half_height = height * height * static_cast<float>(anchors_[2 * i + 1]) / 2;
    candidates_.add(x - half_width, y - half_height, x + half_width, y + half_height, score, best,
                    static_cast<std::int64_t>(i) << 32 | hit.cell);
  }

  std::vector<double> strides_;
  std::vector<double> anchors_;  // width and height in pixels of each, stride by stride
  std::size_t per_cell_;         // anchors
  std::int64_t class_count_;
  YoloResults results_;
  std::vector<ClassScan> scans_;  // one for each anchor
  std::vector<float> logits_;
  std::vector<Hit> hits_;
  Candidates candidates_;
};

}  // namespace

std::unique_ptr<Decoder> make_yolo_anchors(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<YoloAnchors>(settings);
}

}  // namespace hbm::decode
