// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// YOLOv8, 11, 12, 26 and YOLOv10 whose heads come out stride by stride: logits of the classes, the distances from a
// cell's center to the four sides (as they are, or as a distribution over 16 bins), and what the task adds. Source:
// ultralytics, heads Detect, Segment, Pose and OBB; networks compiled for RDK S boards.
#include <cmath>

#include "decode/activation.hpp"
#include "decode/class_scan.hpp"
#include "decode/decoder.hpp"
#include "decode/nms.hpp"
#include "decode/yolo_tasks.hpp"

namespace hbm::decode {
namespace {

constexpr int kBins = 16;

class Yolo : public Decoder {
 public:
  explicit Yolo(const Settings& settings)
      : strides_(settings.numbers("strides")),
        multi_label_(settings.integer("multi_label") != 0),
        is_direct_(settings.integer("is_direct") != 0),
        results_(settings),
        scans_(strides_.size()) {}

  void prepare(const std::vector<OutputInfo>& outputs, const Options& options) override {
    for (std::size_t level = 0; level < strides_.size(); ++level) {
      const OutputInfo& classes = outputs[level * per_level()];
      thresholds_.clear();
      for (std::int64_t i = 0; i < classes.channels(); ++i) {
        thresholds_.push_back(least_input(options.confidence_of(i), sigmoid));
      }
      scans_[level].prepare(classes, 0, thresholds_);
    }
  }

  void decode(const Frame& frame, const Options& options, Result& result) override {
    candidates_.clear();
    for (std::size_t level = 0; level < strides_.size(); ++level) {
      const OutputView& classes = frame.outputs[level * per_level()];
      hits_.clear();
      multi_label_ ? scans_[level].find_all(classes, hits_) : scans_[level].find_best(classes, hits_);
      for (const Hit& hit : hits_) {
        add(frame, level, hit);
      }
    }
    const std::int64_t extra_count = per_level() > 2 ? frame.outputs[2].channels() : 0;
    const auto extra = [&](std::size_t candidate, float* values) { read_extra(frame, candidate, values); };
    results_.write(candidates_, frame, options, extra_count, extra, result);
  }

 private:
  std::size_t per_level() const { return results_.task() == YoloTask::kDetect ? 2 : 3; }

  void add(const Frame& frame, std::size_t level, const Hit& hit) {
    const OutputView& boxes = frame.outputs[level * per_level() + 1];
    const auto stride = static_cast<float>(strides_[level]);
    float sides[4];
    if (boxes.channels() == 4) {
      boxes.read(hit.cell, 0, 4, sides);
    } else {
      float bins[4 * kBins];
      boxes.read(hit.cell, 0, 4 * kBins, bins);
      expected_bins<4, kBins>(bins, sides);
    }
    const float x = static_cast<float>(boxes.column(hit.cell)) + 0.5F;
    const float y = static_cast<float>(boxes.row(hit.cell)) + 0.5F;
    const float score = sigmoid(hit.value);
    const std::int64_t source = static_cast<std::int64_t>(level) << 32 | hit.cell;
    if (results_.task() == YoloTask::kObb) {
      const float value = frame.outputs[level * per_level() + 2].real(hit.cell, 0);
      const float angle = is_direct_ ? value : (sigmoid(value) - 0.25F) * 3.14159265F;
      const float shift_x = (sides[2] - sides[0]) / 2, shift_y = (sides[3] - sides[1]) / 2;
      const float cos = std::cos(angle), sin = std::sin(angle);
      candidates_.add_oriented((x + shift_x * cos - shift_y * sin) * stride,
                               (y + shift_x * sin + shift_y * cos) * stride, (sides[0] + sides[2]) * stride,
                               (sides[1] + sides[3]) * stride, angle, score, hit.class_index, source);
      return;
    }
    candidates_.add((x - sides[0]) * stride, (y - sides[1]) * stride, (x + sides[2]) * stride, (y + sides[3]) * stride,
                    score, hit.class_index, source);
  }

  void read_extra(const Frame& frame, std::size_t candidate, float* values) const {
    const auto level = static_cast<std::size_t>(candidates_.sources[candidate] >> 32);
    const std::int64_t cell = candidates_.sources[candidate] & 0xffffffff;
    const OutputView& extra = frame.outputs[level * per_level() + 2];
    extra.read(cell, 0, extra.channels(), values);
    if (results_.task() != YoloTask::kPose) {
      return;
    }
    const auto stride = static_cast<float>(strides_[level]);
    const auto x = static_cast<float>(extra.column(cell));
    const auto y = static_cast<float>(extra.row(cell));
    // From the cell's center as they are, or twice as far from its corner.
    const float factor = is_direct_ ? 1 : 2;
    const float origin = is_direct_ ? 0.5F : 0;
    for (std::int64_t i = 0; i + 2 < extra.channels(); i += 3) {
      values[i] = (values[i] * factor + x + origin) * stride;
      values[i + 1] = (values[i + 1] * factor + y + origin) * stride;
      values[i + 2] = sigmoid(values[i + 2]);
    }
  }

  std::vector<double> strides_;
  bool multi_label_;  // every class of a cell counts, not only its best
  bool is_direct_;    // YOLO26: angles in radians, keypoints as distances from the cell's center
  YoloResults results_;
  std::vector<ClassScan> scans_;  // one for each stride
  std::vector<float> thresholds_;
  std::vector<Hit> hits_;
  Candidates candidates_;
};

}  // namespace

std::unique_ptr<Decoder> make_yolo(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<Yolo>(settings);
}

}  // namespace hbm::decode
