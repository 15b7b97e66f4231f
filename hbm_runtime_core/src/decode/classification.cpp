// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Classification of a whole picture: one value per class, the best ones are the result.
#include <algorithm>
#include <memory>
#include <numeric>

#include "decode/decoder.hpp"
#include "decode/probabilities.hpp"

namespace hbm::decode {
namespace {

class Classifier final : public Decoder {
 public:
  explicit Classifier(const Settings& settings) : probabilities_(settings) {}

  void prepare(const std::vector<OutputInfo>&, const Options&) override {}

  void decode(const Frame& frame, const Options& options, Result& result) override {
    const OutputView& output = frame.outputs[0];
    values_.resize(static_cast<std::size_t>(output.channels()));
    output.read(0, 0, output.channels(), values_.data());
    order_.resize(values_.size());
    std::iota(order_.begin(), order_.end(), 0);
    order_.erase(std::remove_if(order_.begin(), order_.end(), [&](std::int32_t i) { return std::isnan(value(i)); }),
                 order_.end());
    const auto is_better = [&](std::int32_t a, std::int32_t b) {
      return value(a) > value(b) || (value(a) == value(b) && a < b);
    };
    auto& found = start<Classification>(result);
    if (order_.empty()) {
      return;
    }
    // Classes that are not wanted do not take the place of others, so all of them are put in order.
    std::sort(order_.begin(), order_.end(), is_better);
    const float most = value(order_.front());
    const double divisor = probabilities_.divisor(values_.data(), output.channels(), most);
    for (const std::int32_t i : order_) {
      if (static_cast<std::int64_t>(found.classes.size()) >= options.max_detections) {
        break;
      }
      const float score = Probabilities::probability(value(i), most, divisor);
      if (!(score >= options.confidence_of(i))) {
        continue;
      }
      found.classes.push_back(i);
      found.scores.push_back(score);
    }
  }

 private:
  float value(std::int32_t class_index) const { return values_[static_cast<std::size_t>(class_index)]; }

  Probabilities probabilities_;
  std::vector<float> values_;
  std::vector<std::int32_t> order_;
};

}  // namespace

std::unique_ptr<Decoder> make_classification(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<Classifier>(settings);
}

}  // namespace hbm::decode
