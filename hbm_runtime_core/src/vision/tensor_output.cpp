// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/tensor_output.hpp"

#include <libyuv.h>

#include <array>
#include <cstring>

namespace hbm::vision {
namespace {

/// Where a row's values for each channel of the tensor lie.
struct PixelRow {
  const std::uint8_t* data;
  std::int32_t pixel_bytes;
  std::array<std::int32_t, 3> channel_offset;
};

std::array<std::int32_t, 3> channel_offsets(bool picture_is_red_first, Channels wanted) {
  return picture_is_red_first == (wanted == Channels::kRgb) ? std::array<std::int32_t, 3>{0, 1, 2}
                                                            : std::array<std::int32_t, 3>{2, 1, 0};
}

template <int kPixelBytes, typename Bits>
void look_up(const std::uint8_t* __restrict pixels, std::int32_t count, const Bits* __restrict table,
             std::uint8_t* __restrict out, std::int64_t out_stride) {
  if (out_stride == sizeof(Bits)) {
    for (std::int32_t x = 0; x < count; ++x) {
      const Bits value = table[pixels[x * kPixelBytes]];
      std::memcpy(out + static_cast<std::size_t>(x) * sizeof(Bits), &value, sizeof(Bits));
    }
    return;
  }
  for (std::int32_t x = 0; x < count; ++x) {
    const Bits value = table[pixels[x * kPixelBytes]];
    std::memcpy(out + x * out_stride, &value, sizeof(Bits));
  }
}

std::uint8_t* row_start(const TensorDestination& out, std::int32_t x, std::int32_t y, std::int32_t channel) {
  return out.data + channel * out.channel_stride + y * out.row_stride + x * out.pixel_stride;
}

template <typename Bits>
void fill(const TensorDestination& out, const Rectangle& where, const Rgb& color, const ValueTable& values) {
  const Channels channels = values.format().channels;
  const std::array<std::uint8_t, 3> pixel = channels == Channels::kRgb
                                                ? std::array<std::uint8_t, 3>{color.red, color.green, color.blue}
                                                : std::array<std::uint8_t, 3>{color.blue, color.green, color.red};
  for (std::int32_t channel = 0; channel < values.channel_count(); ++channel) {
    const std::uint8_t byte = channels == Channels::kGray ? gray_of(color.red, color.green, color.blue)
                                                          : pixel[static_cast<std::size_t>(channel)];
    const Bits value = values.channel<Bits>(channel)[byte];
    for (std::int32_t y = where.y; y < where.y + where.height; ++y) {
      std::uint8_t* row = row_start(out, where.x, y, channel);
      if (out.pixel_stride == sizeof(Bits)) {
        for (std::int32_t x = 0; x < where.width; ++x) {
          std::memcpy(row + static_cast<std::size_t>(x) * sizeof(Bits), &value, sizeof(Bits));
        }
      } else {
        for (std::int32_t x = 0; x < where.width; ++x) {
          std::memcpy(row + x * out.pixel_stride, &value, sizeof(Bits));
        }
      }
    }
  }
}

/// Rows of one picture at the target's size, in gray or in colors.
class RowReader {
 public:
  RowReader(const Picture& picture, PictureSampler& sampler, Channels channels, std::int32_t width, Scratch& row,
            Scratch& chroma, Scratch& colors)
      : picture_(picture),
        sampler_(sampler),
        channels_(channels),
        width_(width),
        to_full_(RangeMap::between(picture.range, ColorRange::kFull)),
        row_(row.reserve(static_cast<std::size_t>(width))),
        chroma_(chroma.reserve(static_cast<std::size_t>(width) * 4)),
        colors_(colors.reserve(static_cast<std::size_t>(width) * 4)) {}

  PixelRow read(std::int32_t y) {
    const bool yuv = picture_.kind == PixelKind::kYuv;
    if (picture_.kind == PixelKind::kGray || (yuv && channels_ == Channels::kGray)) {
      sampler_.luma(picture_, y, row_);
      if (!to_full_.is_identity()) {
        to_full_.map_luma(row_, width_);
      }
      return {row_, 1, {0, 0, 0}};
    }
    if (yuv) {
      sampler_.luma(picture_, y, row_);
      sampler_.chroma(picture_, y, chroma_);
      const auto& matrix = picture_.range == ColorRange::kFull ? libyuv::kYuvJPEGConstants : libyuv::kYuvI601Constants;
      std::uint8_t* u = chroma_ + std::ptrdiff_t{width_} * 2;
      std::uint8_t* v = u + width_;
      libyuv::SplitUVPlane(chroma_, 0, u, 0, v, 0, width_, 1);
      libyuv::I444ToARGBMatrix(row_, 0, u, 0, v, 0, colors_, 0, &matrix, width_, 1);
      return {colors_, 4, channel_offsets(false, channels_)};
    }
    sampler_.colors(picture_, y, colors_);
    const bool red_first = picture_.kind == PixelKind::kRgb;
    if (channels_ != Channels::kGray) {
      return {colors_, 4, channel_offsets(red_first, channels_)};
    }
    const std::int32_t red = red_first ? 0 : 2;
    for (std::int32_t x = 0; x < width_; ++x) {
      const std::uint8_t* pixel = colors_ + std::ptrdiff_t{x} * 4;
      row_[x] = gray_of(pixel[red], pixel[1], pixel[2 - red]);
    }
    return {row_, 1, {0, 0, 0}};
  }

 private:
  const Picture& picture_;
  PictureSampler& sampler_;
  Channels channels_;
  std::int32_t width_;
  const RangeMap& to_full_;
  std::uint8_t* row_;
  std::uint8_t* chroma_;  ///< interleaved, then separate
  std::uint8_t* colors_;
};

}  // namespace

void TensorOutput::write(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
                         const ValueTable& values, const TensorDestination& out) {
  switch (values.element_bytes()) {
    case 1:
      return write_as<std::uint8_t>(picture, sampler, inside, border, values, out);
    case 2:
      return write_as<std::uint16_t>(picture, sampler, inside, border, values, out);
    default:
      return write_as<std::uint32_t>(picture, sampler, inside, border, values, out);
  }
}

template <typename Bits>
void TensorOutput::write_as(const Picture& picture, PictureSampler& sampler, const Rectangle& inside, const Rgb& border,
                            const ValueTable& values, const TensorDestination& out) {
  RowReader reader(picture, sampler, values.format().channels, inside.width, row_, chroma_, colors_);
  for (std::int32_t y = 0; y < inside.height; ++y) {
    const PixelRow row = reader.read(y);
    for (std::int32_t channel = 0; channel < values.channel_count(); ++channel) {
      const std::uint8_t* pixels = row.data + row.channel_offset[static_cast<std::size_t>(channel)];
      std::uint8_t* to = row_start(out, inside.x, inside.y + y, channel);
      const Bits* table = values.channel<Bits>(channel);
      if (row.pixel_bytes == 1) {
        look_up<1>(pixels, inside.width, table, to, out.pixel_stride);
      } else {
        look_up<4>(pixels, inside.width, table, to, out.pixel_stride);
      }
    }
  }
  for_each_border(inside, out.width, out.height,
                  [&](const Rectangle& where) { fill<Bits>(out, where, border, values); });
}

}  // namespace hbm::vision
