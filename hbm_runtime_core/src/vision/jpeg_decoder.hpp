// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "vision/jpeg_layout.hpp"
#include "vision/picture.hpp"
#include "vision/scratch.hpp"

namespace hbm::vision {

/// Throws std::bad_alloc where libjpeg-turbo failed for lack of memory, which it reports in the text of its error
/// alone.
void throw_if_out_of_memory(const std::string& message);

/// JPEG to the YUV planes that are in the file: they are neither brought to one size nor turned into red, green, blue.
/// A file in other colors (RGB, CMYK, YCCK) or in an uncommon sampling becomes blue, green, red.
class JpegDecoder {
 public:
  /// The picture lies in the decoder's memory, until the next call. YUV in full range, gray, or blue, green, red.
  /// Throws ValueError where the data is no JPEG, is cut off or damaged, or exceeds the limits. A refused
  /// picture has no effect on later ones.
  Picture decode(const std::uint8_t* data, std::size_t size_bytes);

  /// Memory that is kept for the next picture.
  std::size_t kept_bytes() const { return pixels_.size_bytes(); }

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  Picture decode(const std::uint8_t* data, const JpegLayout& layout);
  Picture to_planes(const std::uint8_t* data, const JpegLayout& layout, int sampling);
  Picture to_bgr(const std::uint8_t* data, const JpegLayout& layout, bool inks);
  /// `result`: of a call on the handle, which is given up where it is not zero. Throws where the picture is damaged.
  void require_decoded(int result, const JpegLayout& layout);
  void* handle();

  std::unique_ptr<void, Close> handle_;
  std::uint32_t handle_tables_ = 0;  ///< what earlier pictures defined in the handle
  Scratch pixels_;
};

}  // namespace hbm::vision
