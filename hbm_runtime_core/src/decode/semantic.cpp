// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Semantic segmentation: one value per class and pixel; the best class of each pixel is the result, and of a pixel all
// of whose values are NaN the greatest number that the map can hold.
#include <algorithm>
#include <limits>
#include <memory>

#include "decode/decoder.hpp"
#include "decode/element.hpp"

namespace hbm::decode {
namespace {

template <typename Label>
constexpr Label kNone = std::numeric_limits<Label>::max();

/// Whether the greatest raw value is the greatest real value.
bool is_raw_order(const OutputInfo& info) {
  const auto all_equal = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [&](const auto& value) { return value == values.front(); });
  };
  return info.scales.empty() || (info.scales.front() > 0 && all_equal(info.scales) && all_equal(info.zero_points));
}

/// Whether a value is better than the best of those before it; the first one is if it is no NaN.
template <typename Value>
bool is_better(Value value, Value most, bool is_first) {
  return is_first ? value == value : value > most;
}

/// Of a row whose channels lie side by side.
template <typename T, typename Label>
void best_of_cells(const OutputView& view, int64_t y, Label* labels) {
  using Raw = RawOf<T>;
  for (int64_t x = 0; x < view.width(); ++x) {
    const uint8_t* at = view.at(y, x);
    Label best = kNone<Label>;
    Raw most{};
    for (int64_t channel = 0; channel < view.channels(); ++channel) {
      const Raw raw = load<T>(at + channel * view.channel_stride());
      if (is_better(raw, most, best == kNone<Label>)) {
        best = static_cast<Label>(channel);
        most = raw;
      }
    }
    labels[x] = best;
  }
}

/// Of a row, plane by plane. `read` writes the values of one channel of the row.
template <typename Value, typename Label, typename Read>
void best_of_planes(const OutputView& view, std::vector<Value>& scratch, Label* labels, Read read) {
  const int64_t width = view.width();
  scratch.resize(static_cast<size_t>(2 * width));
  Value* values = scratch.data();
  Value* most = values + width;
  std::fill_n(labels, width, kNone<Label>);
  for (int64_t channel = 0; channel < view.channels(); ++channel) {
    read(channel, values);
    for (int64_t x = 0; x < width; ++x) {
      const bool better = is_better(values[x], most[x], labels[x] == kNone<Label>);
      most[x] = better ? values[x] : most[x];
      labels[x] = better ? static_cast<Label>(channel) : labels[x];
    }
  }
}

template <typename T, typename Label>
void best_classes(const OutputView& view, bool raw_order, std::vector<Label>& labels) {
  using Raw = RawOf<T>;
  labels.resize(static_cast<size_t>(view.cells()));
  std::vector<Raw> raw_values;
  std::vector<float> values;
  for (int64_t y = 0; y < view.height(); ++y) {
    Label* row = labels.data() + y * view.width();
    if (!raw_order) {
      best_of_planes(view, values, row,
                     [&](int64_t channel, float* out) { view.read_row(y, 0, channel, view.width(), out); });
    } else if (view.channel_stride() > view.cell_stride()) {
      best_of_planes(view, raw_values, row, [&](int64_t channel, Raw* out) {
        const uint8_t* at = view.at(y, 0) + channel * view.channel_stride();
        for (int64_t x = 0; x < view.width(); ++x) out[x] = load<T>(at + x * view.cell_stride());
      });
    } else {
      best_of_cells<T>(view, y, row);
    }
  }
}

class Semantic final : public Decoder {
 public:
  explicit Semantic(const OutputInfo& output) : raw_order_(is_raw_order(output)) {}

  void prepare(const std::vector<OutputInfo>&, const Options&) override {}

  void decode(const Frame& frame, const Options&, Result& result) override {
    const OutputView& view = frame.outputs.front();
    auto& map = start<Segmentation>(result);
    map.height = view.height();
    map.width = view.width();
    map.many_classes = view.channels() > kNone<uint8_t>;
    with_element(view.info().element, [&](auto element) {
      using T = decltype(element);
      if (map.many_classes) {
        best_classes<T>(view, raw_order_, map.class_map);
      } else {
        best_classes<T>(view, raw_order_, map.small_class_map);
      }
    });
  }

 private:
  bool raw_order_;
};

}  // namespace

std::unique_ptr<Decoder> make_semantic(const std::vector<OutputInfo>& outputs, const Settings&) {
  return std::make_unique<Semantic>(outputs.front());
}

}  // namespace hbm::decode
