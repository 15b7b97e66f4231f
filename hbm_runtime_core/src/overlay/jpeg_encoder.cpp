// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/jpeg_encoder.hpp"

#include <turbojpeg.h>

#include <new>
#include <stdexcept>
#include <string>

#include "vision/jpeg_decoder.hpp"

namespace hbm::overlay {

void JpegEncoder::Close::operator()(void* handle) const { tjDestroy(handle); }
void JpegEncoder::Free::operator()(std::uint8_t* memory) const { tjFree(memory); }

JpegFile JpegEncoder::encode(const Canvas& canvas, int quality) {
  if (!handle_) {
    handle_.reset(tjInitCompress());
  }
  if (!handle_) {
    throw std::bad_alloc();
  }
  const std::uint8_t* planes[3] = {canvas.plane(0), canvas.plane(1), canvas.plane(2)};
  const int strides[3] = {canvas.row_bytes(0), canvas.row_bytes(1), canvas.row_bytes(2)};
  unsigned char* memory = file_.release();  // the library may enlarge it
  unsigned long size_bytes = capacity_bytes_;
  const int result = tjCompressFromYUVPlanes(handle_.get(), planes, canvas.width(), strides, canvas.height(),
                                             TJSAMP_420, &memory, &size_bytes, quality, 0);
  file_.reset(memory);
  if (result != 0) {
    const std::string reason = tjGetErrorStr2(handle_.get());
    handle_.reset();  // after an error the library is in the midst of a picture
    file_.reset();
    capacity_bytes_ = 0;
    vision::throw_if_out_of_memory(reason);
    throw std::runtime_error("cannot encode a JPEG of " + std::to_string(canvas.width()) + "x" +
                             std::to_string(canvas.height()) + " pixels: " + reason);
  }
  // How much memory there is, the library does not say: at least as much as the largest file so far.
  if (size_bytes > capacity_bytes_) {
    capacity_bytes_ = size_bytes;
  }
  return {file_.get(), static_cast<std::size_t>(size_bytes)};
}

}  // namespace hbm::overlay
