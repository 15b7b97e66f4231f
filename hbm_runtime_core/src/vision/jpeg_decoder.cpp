// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "vision/jpeg_decoder.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <new>
#include <string>

#include "driver/error.hpp"

namespace hbm::vision {
namespace {

[[noreturn]] void refuse(size_t size_bytes, const std::string& reason) {
  throw ValueError("JPEG picture of " + std::to_string(size_bytes) + " bytes: " + reason);
}

/// Whether the end of the picture is there; some cameras fill up with zeros behind it.
bool has_end(const uint8_t* data, size_t size_bytes) {
  while (size_bytes > 0 && data[size_bytes - 1] == 0) --size_bytes;
  return size_bytes >= 2 && data[size_bytes - 2] == 0xff && data[size_bytes - 1] == 0xd9;
}

/// Cameras put stray bytes between the segments of their Motion JPEG; the picture is whole nevertheless.
bool is_harmless(const std::string& message) { return message.find("extraneous bytes") != std::string::npos; }

}  // namespace

void JpegDecoder::Close::operator()(void* handle) const { tjDestroy(handle); }

JpegDecoder::JpegDecoder() : handle_(tjInitDecompress()) {
  if (!handle_) throw std::bad_alloc();
}

Picture JpegDecoder::decode(const uint8_t* data, size_t size_bytes) {
  constexpr size_t kMaxBytes = size_t{1} << 30;
  if (size_bytes > kMaxBytes) refuse(size_bytes, "expected at most " + std::to_string(kMaxBytes));
  const auto size = static_cast<unsigned long>(size_bytes);
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (tjDecompressHeader3(handle_.get(), data, size, &width, &height, &sampling, &colours) != 0) {
    refuse(size_bytes, std::string("it does not begin as a JPEG (") + tjGetErrorStr2(handle_.get()) +
                           "); does the format say jpeg and mean another one?");
  }
  if (width <= 0 || height <= 0) refuse(size_bytes, "it is cut off before its size");
  const bool grey = sampling == TJSAMP_GRAY && colours == TJCS_GRAY;
  if (!grey && (colours != TJCS_YCbCr || sampling < 0 || sampling >= TJ_NUMSAMP)) {
    refuse(size_bytes, "expected colours as YCbCr or grey in a common sampling, got others; decode it to bgr8 first");
  }

  // Planes are rounded up to whole samples of chroma.
  uint8_t* planes[3] = {};
  int strides[3] = {};
  size_t offsets[3] = {};
  const int count = grey ? 1 : 3;
  size_t total = 0;
  for (int plane = 0; plane < count; ++plane) {
    strides[plane] = tjPlaneWidth(plane, width, sampling);
    offsets[plane] = total;
    total += static_cast<size_t>(strides[plane]) * static_cast<size_t>(tjPlaneHeight(plane, height, sampling));
  }
  uint8_t* memory = planes_.reserve(total);
  for (int plane = 0; plane < count; ++plane) planes[plane] = memory + offsets[plane];
  if (tjDecompressToYUVPlanes(handle_.get(), data, size, planes, width, strides, height, 0) != 0) {
    const std::string message = tjGetErrorStr2(handle_.get());
    if (tjGetErrorCode(handle_.get()) != TJERR_WARNING || !is_harmless(message)) {
      refuse(size_bytes, "it is damaged or cut off (" + message + ")");
    }
  }
  if (!has_end(data, size_bytes)) refuse(size_bytes, "it is cut off: the mark of its end is missing");

  Picture picture;
  picture.kind = grey ? PixelKind::kGrey : PixelKind::kYuv;
  picture.range = ColourRange::kFull;
  picture.width = width;
  picture.height = height;
  picture.plane = {planes[0], strides[0], 1};
  if (!grey) {
    picture.u = {planes[1], strides[1], 1};
    picture.v = {planes[2], strides[2], 1};
    picture.chroma_step_x = tjMCUWidth[sampling] / 8;
    picture.chroma_step_y = tjMCUHeight[sampling] / 8;
    picture.chroma_width = strides[1];
    picture.chroma_height = tjPlaneHeight(1, height, sampling);
  }
  return picture;
}

}  // namespace hbm::vision
