// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Text recognition with connectionist temporal classification: each step, a narrow column of a line of text, has a
// value for "no character here" (class 0) and for each character. The same class in neighboring steps is one character.
#include <algorithm>
#include <cmath>
#include <memory>

#include "decode/decoder.hpp"
#include "decode/probabilities.hpp"

namespace hbm::decode {
namespace {

/// Where the greatest of `count` values is, the first of equals; -1 where all are NaN.
std::int64_t index_of_most(const float* values, std::int64_t count) {
  // Several maxima side by side, which compilers make vector code of.
  constexpr std::int64_t kLanes = 16;
  float most[kLanes];
  std::fill(most, most + kLanes, -INFINITY);
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::int64_t k = 0; k < kLanes; ++k) {
      most[k] = values[i + k] > most[k] ? values[i + k] : most[k];
    }
  }
  for (; i < count; ++i) {
    most[0] = values[i] > most[0] ? values[i] : most[0];
  }
  const float* found = std::find(values, values + count, *std::max_element(most, most + kLanes));
  return found == values + count ? -1 : found - values;
}

class TextRecognition final : public Decoder {
 public:
  explicit TextRecognition(const Settings& settings) : probabilities_(settings) {}

  void prepare(const std::vector<OutputInfo>&, const Options&) override {}

  void decode(const Frame& frame, const Options&, Result& result) override {
    const OutputView& steps = frame.outputs[0];
    auto& line = start<TextLine>(result);
    values_.resize(static_cast<std::size_t>(steps.channels()));
    std::int64_t before = 0;
    for (std::int64_t step = 0; step < steps.cells(); ++step) {
      steps.read(step, 0, steps.channels(), values_.data());
      const std::int64_t best = std::max<std::int64_t>(0, index_of_most(values_.data(), steps.channels()));
      if (best != 0 && best != before) {
        const float most = values_[static_cast<std::size_t>(best)];
        const double divisor = probabilities_.divisor(values_.data(), steps.channels(), most);
        line.characters.push_back(static_cast<std::int32_t>(best - 1));
        line.scores.push_back(Probabilities::probability(most, most, divisor));
      }
      before = best;
    }
  }

 private:
  Probabilities probabilities_;
  std::vector<float> values_;
};

}  // namespace

std::unique_ptr<Decoder> make_text_recognition(const std::vector<OutputInfo>&, const Settings& settings) {
  return std::make_unique<TextRecognition>(settings);
}

}  // namespace hbm::decode
