// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_VISION_JPEG_DECODER_HPP_
#define HBM_VISION_JPEG_DECODER_HPP_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "vision/picture.hpp"
#include "vision/scratch.hpp"

namespace hbm::vision {

/// JPEG to the YUV planes that are in the file: they are neither brought to one size nor turned into red, green, blue.
class JpegDecoder {
 public:
  JpegDecoder();

  /// The picture lies in the decoder's memory, until the next call. YUV in full range, or grey.
  /// Throws ValueError where the data is no JPEG, is cut off, or holds colours that are not YUV.
  Picture decode(const uint8_t* data, size_t size_bytes);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Close> handle_;
  Scratch planes_;
};

}  // namespace hbm::vision

#endif  // HBM_VISION_JPEG_DECODER_HPP_
