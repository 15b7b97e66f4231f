// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/jpeg_decoder.hpp"

#include <turbojpeg.h>

#include <new>
#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

[[noreturn]] void refuse(const JpegLayout& layout, const std::string& reason) {
  throw ValueError("JPEG picture of " + std::to_string(layout.size_bytes) + " bytes, " + std::to_string(layout.width) +
                   "x" + std::to_string(layout.height) + ": " + reason);
}

auto length(const JpegLayout& layout) { return static_cast<unsigned long>(layout.size_bytes); }

/// Some cameras put stray bytes between the segments of their Motion JPEG; the picture is still complete.
bool is_harmless(const std::string& message) { return message.find("extraneous bytes") != std::string::npos; }

/// In place, four bytes per pixel. Files contain inverted inks, as Adobe writes them: 255 is no ink.
void to_bgr_from_inks(std::uint8_t* pixels, std::size_t count) {
  for (std::uint8_t* pixel = pixels; pixel != pixels + count * 4; pixel += 4) {
    const std::uint32_t cyan = pixel[0], magenta = pixel[1], yellow = pixel[2], black = pixel[3];
    pixel[0] = static_cast<std::uint8_t>((yellow * black + 127) / 255);
    pixel[1] = static_cast<std::uint8_t>((magenta * black + 127) / 255);
    pixel[2] = static_cast<std::uint8_t>((cyan * black + 127) / 255);
  }
}

}  // namespace

void throw_if_out_of_memory(const std::string& message) {
  for (const char* text : {"Memory allocation failure", "Insufficient memory"}) {
    if (message.find(text) != std::string::npos) {
      throw std::bad_alloc();
    }
  }
}

void JpegDecoder::Close::operator()(void* handle) const { tjDestroy(handle); }

void* JpegDecoder::handle() {
  if (!handle_) {
    handle_.reset(tjInitDecompress());
    handle_tables_ = 0;
    if (!handle_) {
      throw std::bad_alloc();
    }
  }
  return handle_.get();
}

Picture JpegDecoder::decode(const std::uint8_t* data, std::size_t size_bytes) {
  const JpegLayout layout = read_jpeg_layout(data, size_bytes);
  // A picture without tables of its own, as Motion JPEG may be, must not be decoded with those of an earlier one.
  if ((handle_tables_ & ~layout.tables) != 0) {
    handle_.reset();
  }
  try {
    return decode(data, layout);
  } catch (...) {
    // After a failed call the library is still within that picture, and every later call would fail, too.
    handle_.reset();
    pixels_.release_beyond(kKeptBytes);
    throw;
  }
}

Picture JpegDecoder::decode(const std::uint8_t* data, const JpegLayout& layout) {
  void* const decompress = handle();
  handle_tables_ |= layout.tables;
  int width = 0, height = 0, sampling = -1, colors = -1;
  const int result = tjDecompressHeader3(decompress, data, length(layout), &width, &height, &sampling, &colors);
  const bool uncommon_sampling = width > 0 && colors >= 0 && sampling < 0;
  if (result != 0 && !uncommon_sampling) {
    const std::string message = tjGetErrorStr2(decompress);
    throw_if_out_of_memory(message);
    refuse(layout, "it is damaged, or not supported (" + message + ")");
  }
  if (width != layout.width || height != layout.height) {
    refuse(layout, "it is damaged: its header holds two sizes");
  }
  if (result != 0) {
    handle_.reset();
  }
  if (sampling >= 0 && (colors == TJCS_YCbCr || colors == TJCS_GRAY)) {
    return to_planes(data, layout, sampling);
  }
  return to_bgr(data, layout, colors == TJCS_CMYK || colors == TJCS_YCCK);
}

void JpegDecoder::require_decoded(int result, const JpegLayout& layout) {
  if (result == 0) {
    return;
  }
  const std::string message = tjGetErrorStr2(handle_.get());
  throw_if_out_of_memory(message);
  if (tjGetErrorCode(handle_.get()) != TJERR_WARNING || !is_harmless(message)) {
    refuse(layout, "it is damaged or cut off (" + message + ")");
  }
  handle_.reset();
}

Picture JpegDecoder::to_planes(const std::uint8_t* data, const JpegLayout& layout, int sampling) {
  const bool gray = sampling == TJSAMP_GRAY;
  // Planes are rounded up to whole samples of chroma.
  std::uint8_t* planes[3] = {};
  int strides[3] = {};
  std::size_t offsets[3] = {};
  const int count = gray ? 1 : 3;
  std::size_t total = 0;
  for (int plane = 0; plane < count; ++plane) {
    strides[plane] = tjPlaneWidth(plane, layout.width, sampling);
    offsets[plane] = total;
    total += static_cast<std::size_t>(strides[plane]) *
             static_cast<std::size_t>(tjPlaneHeight(plane, layout.height, sampling));
  }
  std::uint8_t* memory = pixels_.reserve(total);
  for (int plane = 0; plane < count; ++plane) {
    planes[plane] = memory + offsets[plane];
  }
  require_decoded(
      tjDecompressToYUVPlanes(handle(), data, length(layout), planes, layout.width, strides, layout.height, 0), layout);

  Picture picture;
  picture.kind = gray ? PixelKind::kGray : PixelKind::kYuv;
  picture.range = ColorRange::kFull;
  picture.width = layout.width;
  picture.height = layout.height;
  picture.plane = {planes[0], strides[0], 1};
  if (!gray) {
    picture.u = {planes[1], strides[1], 1};
    picture.v = {planes[2], strides[2], 1};
    picture.chroma_step_x = tjMCUWidth[sampling] / 8;
    picture.chroma_step_y = tjMCUHeight[sampling] / 8;
    picture.chroma_width = strides[1];
    picture.chroma_height = tjPlaneHeight(1, layout.height, sampling);
  }
  return picture;
}

Picture JpegDecoder::to_bgr(const std::uint8_t* data, const JpegLayout& layout, bool inks) {
  constexpr int kPixelBytes = 4;
  const std::size_t count = static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.height);
  std::uint8_t* pixels = pixels_.reserve(count * kPixelBytes);
  require_decoded(tjDecompress2(handle(), data, length(layout), pixels, layout.width, layout.width * kPixelBytes,
                                layout.height, inks ? TJPF_CMYK : TJPF_BGRX, 0),
                  layout);
  if (inks) {
    to_bgr_from_inks(pixels, count);
  }
  Picture picture;
  picture.kind = PixelKind::kBgr;
  picture.width = layout.width;
  picture.height = layout.height;
  picture.plane = {pixels, layout.width * kPixelBytes, kPixelBytes};
  return picture;
}

}  // namespace hbm::vision
