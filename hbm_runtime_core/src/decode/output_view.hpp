// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hbm/tensor/quantize.hpp"

namespace hbm::decode {

/// What a model says of one output, and which of its axes holds the channels.
struct OutputInfo {
  std::string name;
  tensor::ElementType element = {tensor::TypeCode::kFloat, 32};
  std::vector<std::int64_t> shape;  ///< -1 where each call decides
  int channel_axis = -1;            ///< -1: none, one channel
  /// real = (raw - zero point) * scale. None for real numbers, one for all, or one for each channel.
  std::vector<float> scales;
  std::vector<std::int32_t> zero_points;  ///< as many as scales

  std::int64_t channels() const { return channel_axis < 0 ? 1 : shape[static_cast<std::size_t>(channel_axis)]; }
};

/// The type that numpy calls `name`. Throws ValueError where that is none of numbers of 8 to 64 bits, or bool.
tensor::ElementType element_from_name(const std::string& name);

/// Throws ValueError where the parts of `info` do not fit together, or are not what decoders can read.
void check(const OutputInfo& info);

/// One output of one call, read as a grid of cells with channels, whatever the order of its axes. The last two axes
/// besides that of the channels are rows and columns: [1, h, w, c] and [1, c, h, w] give h x w cells, [1, c, n] and
/// [1, n, c] give 1 x n, [1, c] gives one.
class OutputView {
 public:
  /// `stride_bytes`: one for each dimension of `shape`, which fits `info.shape`. All that is passed must outlive the
  /// view.
  OutputView(const OutputInfo& info, const void* data, const std::int64_t* shape, const std::int64_t* stride_bytes);

  const OutputInfo& info() const { return *info_; }
  std::int64_t height() const { return height_; }  ///< cells
  std::int64_t width() const { return width_; }    ///< cells
  std::int64_t cells() const { return height_ * width_; }
  std::int64_t channels() const { return channels_; }
  std::int64_t row(std::int64_t cell) const { return cell / width_; }
  std::int64_t column(std::int64_t cell) const { return cell % width_; }
  std::int64_t row_stride() const { return row_stride_; }  ///< bytes
  std::int64_t cell_stride() const { return cell_stride_; }
  std::int64_t channel_stride() const { return channel_stride_; }

  /// First channel of a cell; cells are counted row by row.
  const std::uint8_t* at(std::int64_t cell) const { return at(row(cell), column(cell)); }
  const std::uint8_t* at(std::int64_t y, std::int64_t x) const { return data_ + y * row_stride_ + x * cell_stride_; }

  /// Writes the real values of `count` channels of a cell, from channel `first` on.
  void read(std::int64_t cell, std::int64_t first, std::int64_t count, float* values) const {
    read_at(at(cell) + first * channel_stride_, channel_stride_, first, 1, count, values);
  }
  /// Writes the real values of one channel of `count` cells of row `y`, from cell `x` on.
  void read_row(std::int64_t y, std::int64_t x, std::int64_t channel, std::int64_t count, float* values) const {
    read_at(at(y, x) + channel * channel_stride_, cell_stride_, channel, 0, count, values);
  }
  float real(std::int64_t cell, std::int64_t channel) const {
    float value;
    read(cell, channel, 1, &value);
    return value;
  }

 private:
  void read_at(const std::uint8_t* at, std::int64_t stride_bytes, std::int64_t channel, std::int64_t channel_step,
               std::int64_t count, float* values) const {
    const std::int64_t first_scale = scale_step_ * channel;
    const tensor::LineScale scales{scales_ == nullptr ? nullptr : scales_ + first_scale, zero_points_ + first_scale,
                                   scale_step_ * channel_step};
    read_(at, stride_bytes, count, scales, values);
  }

  const OutputInfo* info_;
  const std::uint8_t* data_;
  std::int64_t height_ = 1, width_ = 1, channels_ = 1;
  std::int64_t row_stride_ = 0, cell_stride_ = 0, channel_stride_ = 0;
  const float* scales_;  // null: the numbers are real values
  const std::int32_t* zero_points_;
  std::int64_t scale_step_;  ///< 1 where each channel has a scale of its own
  tensor::RunLine read_;
};

}  // namespace hbm::decode
