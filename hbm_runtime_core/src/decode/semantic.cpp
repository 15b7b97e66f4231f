// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Semantic segmentation: one value per class and pixel; the best class of each pixel is the result, and of a pixel all
// of whose values are NaN the greatest number that the map can hold.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>

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

/// Cells that are at work at once, plane by plane.
constexpr std::int64_t kTile = 256;

/// As wide as the values that it belongs to: selections of both become vector code.
template <typename Value, typename Label>
using Index =
    std::conditional_t<(sizeof(Value) <= sizeof(Label)), Label,
                       std::conditional_t<sizeof(Value) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(Value) == 4, std::uint32_t, std::uint64_t>>>;

/// Starts with the value of the first channel. NaN is below everything, and no class.
template <typename Value, typename IndexType>
void begin(Value value, Value& most, IndexType& best, IndexType none) {
  if constexpr (std::is_floating_point_v<Value>) {
    most = std::isnan(value) ? -std::numeric_limits<Value>::infinity() : value;
    best = std::isnan(value) ? none : 0;
  } else {
    most = value;
    best = 0;
  }
}

/// Continues with the value of another channel.
template <typename Value, typename IndexType>
void take_better(Value value, IndexType channel, Value& most, IndexType& best) {
  const bool better = value > most;
  most = better ? value : most;
  best = better ? channel : best;
}

/// Of a row whose channels lie side by side.
template <typename T, typename Label>
void best_of_cells(const OutputView& view, std::int64_t y, Label* labels) {
  for (std::int64_t x = 0; x < view.width(); ++x) {
    const std::uint8_t* at = view.at(y, x);
    RawOf<T> most;
    std::uint32_t best = 0;
    begin<RawOf<T>, std::uint32_t>(load<T>(at), most, best, kNone<Label>);
    const auto channels = static_cast<std::uint32_t>(view.channels());
    for (std::uint32_t channel = 1; channel < channels; ++channel) {
      take_better(load<T>(at + channel * view.channel_stride()), channel, most, best);
    }
    labels[x] = static_cast<Label>(best);
  }
}

/// Of `count` cells, at most a tile. `value_of(channel, k)` is a value of the k-th of them.
template <typename Value, typename Label, typename ValueOf>
void best_of_tile(std::int64_t channels, std::int64_t count, Label* labels, const ValueOf& value_of) {
  using IndexType = Index<Value, Label>;
  Value most[kTile];
  IndexType best[kTile];
  for (std::int64_t k = 0; k < count; ++k) {
    begin<Value, IndexType>(value_of(0, k), most[k], best[k], kNone<Label>);
  }
  for (std::int64_t channel = 1; channel < channels; ++channel) {
    for (std::int64_t k = 0; k < count; ++k) {
      take_better<Value, IndexType>(value_of(channel, k), static_cast<IndexType>(channel), most[k], best[k]);
    }
  }
  for (std::int64_t k = 0; k < count; ++k) {
    labels[k] = static_cast<Label>(best[k]);
  }
}

/// Of a row, plane by plane, among raw values.
template <typename T, typename Label>
void best_of_planes(const OutputView& view, std::int64_t y, Label* labels) {
  for (std::int64_t x = 0; x < view.width(); x += kTile) {
    const std::int64_t count = std::min(kTile, view.width() - x);
    const std::uint8_t* at = view.at(y, x);
    const auto best = [&](std::int64_t stride) {
      best_of_tile<RawOf<T>>(view.channels(), count, labels + x, [&](std::int64_t channel, std::int64_t k) {
        return load<T>(at + channel * view.channel_stride() + k * stride);
      });
    };
    // A stride that the compiler knows lets it use vectors.
    view.cell_stride() == sizeof(T) ? best(sizeof(T)) : best(view.cell_stride());
  }
}

/// Of a row, among real values.
template <typename Label>
void best_of_reals(const OutputView& view, std::int64_t y, std::vector<float>& values, Label* labels) {
  values.resize(static_cast<std::size_t>(kTile * view.channels()));
  for (std::int64_t x = 0; x < view.width(); x += kTile) {
    const std::int64_t count = std::min(kTile, view.width() - x);
    for (std::int64_t channel = 0; channel < view.channels(); ++channel) {
      view.read_row(y, x, channel, count, values.data() + channel * kTile);
    }
    best_of_tile<float>(view.channels(), count, labels + x, [&](std::int64_t channel, std::int64_t k) {
      return values[static_cast<std::size_t>(channel * kTile + k)];
    });
  }
}

template <typename T, typename Label>
void best_classes(const OutputView& view, bool raw_order, std::vector<float>& values, std::vector<Label>& labels) {
  labels.resize(static_cast<std::size_t>(view.cells()));
  for (std::int64_t y = 0; y < view.height(); ++y) {
    Label* row = labels.data() + y * view.width();
    if (!raw_order) {
      best_of_reals(view, y, values, row);
    } else if (view.channel_stride() > view.cell_stride()) {
      best_of_planes<T>(view, y, row);
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
    map.many_classes = view.channels() > kNone<std::uint8_t>;
    with_element(view.info().element, [&](auto element) {
      using T = decltype(element);
      if (map.many_classes) {
        best_classes<T>(view, raw_order_, values_, map.class_map);
      } else {
        best_classes<T>(view, raw_order_, values_, map.small_class_map);
      }
    });
  }

 private:
  bool raw_order_;
  std::vector<float> values_;
};

}  // namespace

std::unique_ptr<Decoder> make_semantic(const std::vector<OutputInfo>& outputs, const Settings&) {
  return std::make_unique<Semantic>(outputs.front());
}

}  // namespace hbm::decode
