// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// YOLO networks that end in one output with a row of real values for each box, as plain ONNX exports have it:
//   x, y, width, height, scores of the classes, what the task adds                (YOLOv8, 11, 12)
//   x, y, width, height, score of an object, scores of the classes, coefficients  (YOLOv5)
//   x0, y0, x1, y1, score, class, what the task adds                              (end to end: YOLOv10, YOLO26)
// What the task adds is coefficients of a mask, keypoints, or an angle; end to end, the box with an angle is x, y,
// width, height. Masks take a second output, the prototypes. Source: ultralytics, Detect and its export formats.
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"
#include "decode/yolo_tasks.hpp"

namespace hbm::decode {
namespace {

class YoloRows : public Decoder {
 public:
  explicit YoloRows(const Settings& settings)
      : class_count_(settings.integer("classes")),
        has_objectness_(settings.integer("has_objectness") != 0),
        is_end_to_end_(settings.integer("is_end_to_end") != 0),
        results_(settings) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    // The score of an object cannot be below that of its class, and end to end the class is known only afterwards.
    const bool is_one_score = has_objectness_ || is_end_to_end_;
    std::vector<float> thresholds(is_one_score ? 1 : static_cast<std::size_t>(class_count_),
                                  options.least_confidence());
    for (std::size_t i = 0; !is_one_score && i < thresholds.size(); ++i) {
      thresholds[i] = options.confidence_of(static_cast<std::int64_t>(i));
    }
    scan_.prepare(outputs[0], 4, thresholds);
    scores_.resize(static_cast<std::size_t>(class_count_));
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    const OutputView& rows = frame.outputs[0];
    candidates_.clear();
    hits_.clear();
    scan_.find_best(rows, hits_);
    for (Hit& hit : hits_) {
      if (is_end_to_end_) {
        const float class_value = rows.real(hit.cell, 5);
        hit.class_index = class_value >= 0 && class_value < static_cast<float>(class_count_)
                              ? static_cast<std::int32_t>(class_value)
                              : -1;
      } else if (has_objectness_) {
        rows.read(hit.cell, 5, class_count_, scores_.data());
        hit.class_index = best_index(scores_);
        hit.value *= scores_[static_cast<std::size_t>(hit.class_index)];
      }
      if (hit.class_index >= 0 && hit.value >= options.confidence_of(hit.class_index)) {
        add(rows, hit);
      }
    }
    const std::int64_t extra_count = rows.channels() - first_extra();
    const auto extra = [&](std::size_t candidate, float* values) {
      rows.read(candidates_.sources[candidate], first_extra(), extra_count, values);
    };
    results_.write(candidates_, frame, options, extra_count, extra, result);
  }

 private:
  std::int64_t first_extra() const { return is_end_to_end_ ? 6 : 4 + (has_objectness_ ? 1 : 0) + class_count_; }

  void add(const OutputView& rows, const Hit& hit) {
    float box[4];
    rows.read(hit.cell, 0, 4, box);
    if (results_.task() == YoloTask::kObb) {
      candidates_.add_oriented(box[0], box[1], box[2], box[3], rows.real(hit.cell, first_extra()), hit.value,
                               hit.class_index, hit.cell);
    } else if (is_end_to_end_) {
      candidates_.add(box[0], box[1], box[2], box[3], hit.value, hit.class_index, hit.cell);
    } else {
      candidates_.add(box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2, hit.value,
                      hit.class_index, hit.cell);
    }
  }

  std::int64_t class_count_;  // end to end: more than any class
  bool has_objectness_;
  bool is_end_to_end_;
  YoloResults results_;
  ClassScan scan_;
  std::vector<Hit> hits_;
  std::vector<float> scores_;
  Candidates candidates_;
};

}  // namespace

std::unique_ptr<Decoder> make_yolo_rows(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<YoloRows>(settings);
}

}  // namespace hbm::decode
