// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "decode/detections.hpp"
#include "decode/output_view.hpp"

namespace hbm::decode {

/// Masks of objects from prototypes and one coefficient for each: sigmoid(coefficients · prototypes), cropped to the
/// box. Keeps its memory from call to call.
class Masks {
 public:
  /// For the objects of one call; `width` and `height` are the model's picture, which the prototypes cover. The view
  /// must live until the last add().
  void start(const OutputView& prototypes, std::int64_t width, std::int64_t height, Detections& detections);
  /// Appends the mask of the detection that was added last.
  void add(const float* coefficients, Detections& detections);

 private:
  void read_row(std::int64_t y);

  const OutputView* prototypes_ = nullptr;
  double columns_per_pixel_ = 0, rows_per_pixel_ = 0;
  std::vector<std::uint8_t> is_read_;  // for each row
  std::vector<float> rows_;            // real values of the rows that were read, [row][channel][column]
  std::vector<float> sums_;
};

/// Masks of several objects: `count` grids of [height, width] that cover the model's picture.
struct MaskStack {
  const std::uint8_t* data;
  std::int64_t count, height, width;
};

/// Writes for each pixel of the source picture the number of the best object that covers it, counted from 1, and 0
/// where there is none. `boxes` are in source pixels; `Label` is an unsigned type that holds `masks.count`.
template <typename Label>
void write_label_image(const MaskStack& masks, const float* boxes, const SourcePixels& source, std::int64_t model_width,
                       std::int64_t model_height, Label* labels);

}  // namespace hbm::decode
