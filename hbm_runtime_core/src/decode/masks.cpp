// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode/masks.hpp"

#include <algorithm>
#include <cmath>

#include "decode/activation.hpp"

namespace hbm::decode {
namespace {

// 255 * sigmoid(sum), rounded, and 128 and more exactly where the sum is above zero.
std::uint8_t mask_value(float sum) {
  const float small = exp_of_negative(-std::fabs(sum));
  const float value = 255 * (sum > 0 ? 1 : small) / (1 + small) + 0.5F;
  const float least = sum > 0 ? 128 : 0;
  const float most = sum > 0 ? 255 : 127;
  const float limited = value < most ? value : most;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(limited > least ? limited : least));
}

// The first whole number that is not below `edge`, between 0 and `end`.
std::int64_t first_inside(double edge, std::int64_t end) {
  return static_cast<std::int64_t>(std::min(std::max(std::ceil(edge), 0.0), static_cast<double>(end)));
}

}  // namespace

void Masks::start(const OutputView& prototypes, std::int64_t width, std::int64_t height, Detections& detections) {
  prototypes_ = &prototypes;
  columns_per_pixel_ = static_cast<double>(prototypes.width()) / static_cast<double>(width);
  rows_per_pixel_ = static_cast<double>(prototypes.height()) / static_cast<double>(height);
  is_read_.assign(static_cast<std::size_t>(prototypes.height()), 0);
  rows_.resize(static_cast<std::size_t>(prototypes.cells() * prototypes.channels()));
  sums_.resize(static_cast<std::size_t>(prototypes.width()));
  detections.mask_height = prototypes.height();
  detections.mask_width = prototypes.width();
}

void Masks::read_row(std::int64_t y) {
  if (is_read_[static_cast<std::size_t>(y)] != 0) {
    return;
  }
  is_read_[static_cast<std::size_t>(y)] = 1;
  const std::int64_t channels = prototypes_->channels();
  const std::int64_t width = prototypes_->width();
  float* row = rows_.data() + y * channels * width;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    prototypes_->read_row(y, 0, channel, width, row + channel * width);
  }
}

void Masks::add(const float* coefficients, Detections& detections) {
  const std::int64_t width = detections.mask_width;
  const std::int64_t channels = prototypes_->channels();
  const std::size_t start = detections.masks.size();
  detections.masks.resize(start + static_cast<std::size_t>(detections.mask_height * width), 0);
  std::uint8_t* mask = detections.masks.data() + start;
  const float* box = detections.boxes.data() + detections.boxes.size() - 4;
  const std::int64_t left = first_inside(static_cast<double>(box[0]) * columns_per_pixel_, width);
  const std::int64_t right = first_inside(static_cast<double>(box[2]) * columns_per_pixel_, width);
  const std::int64_t top = first_inside(static_cast<double>(box[1]) * rows_per_pixel_, detections.mask_height);
  const std::int64_t bottom = first_inside(static_cast<double>(box[3]) * rows_per_pixel_, detections.mask_height);
  for (std::int64_t y = top; y < bottom; ++y) {
    read_row(y);
    const float* row = rows_.data() + y * channels * width;
    std::fill(sums_.begin() + left, sums_.begin() + std::max(left, right), 0.0F);
    float* __restrict sums = sums_.data();
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const float coefficient = coefficients[channel];
      const float* plane = row + channel * width;
      for (std::int64_t x = left; x < right; ++x) {
        sums[x] += coefficient * plane[x];
      }
    }
    for (std::int64_t x = left; x < right; ++x) {
      mask[y * width + x] = mask_value(sums[x]);
    }
  }
}

namespace {

// How the pixels of one axis of the source picture lie on the grid of a mask.
struct MaskAxis {
  double scale, offset;  // position on the grid = pixel * scale + offset, both counted from the outer edge
  std::int64_t length;   // of the grid

  double position(double pixel) const { return pixel * scale + offset; }
};

// The two grid points around each pixel of a range and the weight of the second one. Points outside the object's part
// of the grid are moved to its border, because what lies beyond was cut off and says nothing.
struct Samples {
  std::vector<std::int32_t> first, second;
  std::vector<float> weight;
  std::int64_t begin = 0, end = 0;  // pixels

  void set(const MaskAxis& axis, float low, float high, std::int64_t pixels) {
    begin = first_inside(static_cast<double>(low) - 0.5, pixels);
    end = first_inside(static_cast<double>(high) - 0.5, pixels);
    first.clear();
    second.clear();
    weight.clear();
    const auto least = static_cast<double>(first_inside(axis.position(low), axis.length));
    const double most = static_cast<double>(first_inside(axis.position(high), axis.length)) - 1;
    if (most < least) {
      end = begin;
    }
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
      const double place = axis.position(static_cast<double>(pixel) + 0.5) - 0.5;
      const double inside = std::min(std::max(place, least), most);
      const auto whole = static_cast<std::int32_t>(inside);
      first.push_back(whole);
      second.push_back(std::min(whole + 1, static_cast<std::int32_t>(most)));
      weight.push_back(static_cast<float>(inside - whole));
    }
  }
};

}  // namespace

template <typename Label>
void write_label_image(const MaskStack& masks, const float* boxes, const SourcePixels& source, std::int64_t model_width,
                       std::int64_t model_height, Label* labels) {
  std::fill(labels, labels + source.width * source.height, Label{0});
  const double columns_per_pixel = static_cast<double>(masks.width) / static_cast<double>(model_width);
  const double rows_per_pixel = static_cast<double>(masks.height) / static_cast<double>(model_height);
  const MaskAxis horizontal{source.scale_x * columns_per_pixel,
                            (source.pad_left - source.crop_x * source.scale_x) * columns_per_pixel, masks.width};
  const MaskAxis vertical{source.scale_y * rows_per_pixel,
                          (source.pad_top - source.crop_y * source.scale_y) * rows_per_pixel, masks.height};
  Samples x;
  Samples y;
  std::vector<float> blended(static_cast<std::size_t>(masks.width));
  // The best comes last, over the others.
  for (std::int64_t i = masks.count - 1; i >= 0; --i) {
    const std::uint8_t* mask = masks.data + i * masks.height * masks.width;
    x.set(horizontal, boxes[4 * i], boxes[4 * i + 2], source.width);
    y.set(vertical, boxes[4 * i + 1], boxes[4 * i + 3], source.height);
    if (x.end == x.begin) {
      continue;
    }
    for (std::int64_t row = y.begin; row < y.end; ++row) {
      const auto k = static_cast<std::size_t>(row - y.begin);
      const std::uint8_t* upper = mask + y.first[k] * masks.width;
      const std::uint8_t* lower = mask + y.second[k] * masks.width;
      for (std::int32_t column = x.first.front(); column <= x.second.back(); ++column) {
        const auto above = static_cast<float>(upper[column]);
        blended[static_cast<std::size_t>(column)] = above + (static_cast<float>(lower[column]) - above) * y.weight[k];
      }
      Label* line = labels + row * source.width + x.begin;
      for (std::size_t j = 0; j < x.weight.size(); ++j) {
        const float left = blended[static_cast<std::size_t>(x.first[j])];
        const float right = blended[static_cast<std::size_t>(x.second[j])];
        line[j] = left + (right - left) * x.weight[j] >= 127.5F ? static_cast<Label>(i + 1) : line[j];
      }
    }
  }
}

template void write_label_image(const MaskStack&, const float*, const SourcePixels&, std::int64_t, std::int64_t,
                                std::uint8_t*);
template void write_label_image(const MaskStack&, const float*, const SourcePixels&, std::int64_t, std::int64_t,
                                std::uint16_t*);

}  // namespace hbm::decode
