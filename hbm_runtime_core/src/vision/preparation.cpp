// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/preparation.hpp"

#include <libyuv.h>

#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

struct Yuv {
  uint8_t y, u, v;
};

/// BT.601, limited range.
Yuv yuv_of(const std::array<uint8_t, 3>& rgb) {
  const int32_t r = rgb[0], g = rgb[1], b = rgb[2];
  return {static_cast<uint8_t>((66 * r + 129 * g + 25 * b + 128) / 256 + 16),
          static_cast<uint8_t>((-38 * r - 74 * g + 112 * b + 128 + 256 * 128) / 256),
          static_cast<uint8_t>((112 * r - 94 * g - 18 * b + 128 + 256 * 128) / 256)};
}

/// Calls `fill` with the four rectangles around `inner`; each may be empty.
template <typename Fill>
void for_each_border(const Rectangle& inner, int32_t width, int32_t height, Fill fill) {
  const int32_t right = inner.x + inner.width;
  const int32_t bottom = inner.y + inner.height;
  for (const Rectangle& border :
       {Rectangle{0, 0, width, inner.y}, Rectangle{0, bottom, width, height - bottom},
        Rectangle{0, inner.y, inner.x, inner.height}, Rectangle{right, inner.y, width - right, inner.height}}) {
    if (border.width > 0 && border.height > 0) fill(border);
  }
}

void fill_chroma(const Nv12View& view, const Rectangle& border, const Yuv& colour) {
  for (int32_t row = border.y / 2; row < (border.y + border.height) / 2; ++row) {
    uint8_t* out = view.uv + ptrdiff_t{row} * view.uv_row_bytes + border.x;
    for (int32_t x = 0; x < border.width; x += 2) {
      out[x] = colour.u;
      out[x + 1] = colour.v;
    }
  }
}

int32_t channel_in_bgra(Channels channels, int32_t index) { return channels == Channels::kRgb ? 2 - index : index; }

/// `pixels`: bytes of one channel, `pixel_bytes` apart.
template <typename Bits>
void look_up_row(const uint8_t* pixels, int32_t pixel_bytes, int32_t count, const Bits* table, uint8_t* out,
                 int64_t out_stride) {
  for (int32_t x = 0; x < count; ++x) {
    *reinterpret_cast<Bits*>(out + x * out_stride) = table[pixels[x * pixel_bytes]];
  }
}

template <typename Bits>
void write_tensor(const uint8_t* pixels, int32_t row_bytes, int32_t pixel_bytes, const Rectangle& where,
                  const TensorDestination& destination, const ValueTable& values) {
  for (int32_t channel = 0; channel < values.channel_count(); ++channel) {
    const int32_t offset = pixel_bytes == 1 ? 0 : channel_in_bgra(values.format().channels, channel);
    const Bits* table = values.channel<Bits>(channel);
    uint8_t* out = destination.data + channel * destination.channel_stride + where.y * destination.row_stride +
                   where.x * destination.pixel_stride;
    for (int32_t y = 0; y < where.height; ++y) {
      look_up_row(pixels + ptrdiff_t{y} * row_bytes + offset, pixel_bytes, where.width, table,
                  out + y * destination.row_stride, destination.pixel_stride);
    }
  }
}

template <typename Bits>
void fill_tensor(const std::array<uint8_t, 3>& bgr, uint8_t grey, const Rectangle& where,
                 const TensorDestination& destination, const ValueTable& values) {
  for (int32_t channel = 0; channel < values.channel_count(); ++channel) {
    const uint8_t pixel = values.channel_count() == 1
                              ? grey
                              : bgr[static_cast<size_t>(channel_in_bgra(values.format().channels, channel))];
    uint8_t* out = destination.data + channel * destination.channel_stride + where.y * destination.row_stride +
                   where.x * destination.pixel_stride;
    for (int32_t y = 0; y < where.height; ++y) {
      look_up_row(&pixel, 0, where.width, values.channel<Bits>(channel), out + y * destination.row_stride,
                  destination.pixel_stride);
    }
  }
}

/// Full-range luma of BT.601.
uint8_t grey_of(const std::array<uint8_t, 3>& rgb) {
  return static_cast<uint8_t>((77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) / 256);
}

}  // namespace

Placement Preparation::place_picture(const Picture& picture, int32_t width, int32_t height, int32_t target_step) const {
  const bool shares_chroma =
      has_chroma_plane(picture.encoding) || picture.encoding == Encoding::kUyvy || picture.encoding == Encoding::kYuyv;
  return place(picture.width, picture.height,
               geometry_.region.value_or(Rectangle{0, 0, picture.width, picture.height}), width, height,
               geometry_.mode, shares_chroma ? 2 : 1, target_step);
}

ImageTransform Preparation::prepare(const Picture& picture, const Nv12Destination& destination) {
  const Placement placement = place_picture(picture, destination.width, destination.height, 2);
  const Rectangle& target = placement.target;
  const Nv12View& view = destination.view;
  const Nv12View inside{view.y + ptrdiff_t{target.y} * view.y_row_bytes + target.x, view.y_row_bytes,
                        view.uv + ptrdiff_t{target.y / 2} * view.uv_row_bytes + target.x, view.uv_row_bytes};
  resampler_.to_nv12(picture, placement.source, target.width, target.height, inside);
  const Yuv colour = yuv_of(geometry_.pad_rgb);
  for_each_border(target, destination.width, destination.height, [&](const Rectangle& border) {
    libyuv::SetPlane(view.y + ptrdiff_t{border.y} * view.y_row_bytes + border.x, view.y_row_bytes, border.width,
                     border.height, colour.y);
    fill_chroma(view, border, colour);
  });
  return placement.transform;
}

ImageTransform Preparation::prepare(const Picture& picture, const TensorDestination& destination,
                                    const ValueTable& values) {
  const Placement placement = place_picture(picture, destination.width, destination.height, 1);
  const Rectangle& target = placement.target;
  const int32_t bgra_row_bytes = target.width * 4;
  uint8_t* pixels = bgra_.reserve(static_cast<size_t>(bgra_row_bytes) * target.height);
  int32_t row_bytes = bgra_row_bytes;
  int32_t pixel_bytes = 4;
  resampler_.to_bgra(picture, placement.source, target.width, target.height, {pixels, bgra_row_bytes});
  if (values.channel_count() == 1) {
    uint8_t* grey = grey_.reserve(static_cast<size_t>(target.width) * target.height);
    libyuv::ARGBToJ400(pixels, bgra_row_bytes, grey, target.width, target.width, target.height);
    pixels = grey;
    row_bytes = target.width;
    pixel_bytes = 1;
  }
  const std::array<uint8_t, 3> pad_bgr{{geometry_.pad_rgb[2], geometry_.pad_rgb[1], geometry_.pad_rgb[0]}};
  const auto write = [&](auto bits) {
    using Bits = decltype(bits);
    write_tensor<Bits>(pixels, row_bytes, pixel_bytes, target, destination, values);
    for_each_border(target, destination.width, destination.height, [&](const Rectangle& border) {
      fill_tensor<Bits>(pad_bgr, grey_of(geometry_.pad_rgb), border, destination, values);
    });
  };
  if (values.element_bytes() == 1) {
    write(uint8_t{});
  } else if (values.element_bytes() == 2) {
    write(uint16_t{});
  } else {
    write(uint32_t{});
  }
  return placement.transform;
}

}  // namespace hbm::vision
