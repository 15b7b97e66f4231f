// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "overlay/canvas.hpp"

namespace hbm::overlay {

struct JpegFile {
  const std::uint8_t* data;
  std::size_t size_bytes;
};

/// A canvas to JPEG, chroma at half the resolution. Its memory is kept for the next file.
class JpegEncoder {
 public:
  /// `quality` is 1 to 100. The file lies in the encoder's memory, until the next call.
  JpegFile encode(const Canvas& canvas, int quality);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  struct Free {
    void operator()(std::uint8_t* memory) const;
  };

  std::unique_ptr<void, Close> handle_;
  std::unique_ptr<std::uint8_t, Free> file_;
  unsigned long capacity_bytes_ = 0;
};

}  // namespace hbm::overlay
