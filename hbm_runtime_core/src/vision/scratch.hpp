// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "vision/limits.hpp"

namespace hbm::vision {

/// Memory that grows with the pictures and is kept, so that nothing is allocated for each frame. What one exceptional
/// picture needed beyond kKeptBytes is returned with the next one that needs less than half of it.
class Scratch {
 public:
  std::uint8_t* reserve(std::size_t size_bytes) {
    if (size_bytes < size_bytes_ / 2) {
      release_beyond(kKeptBytes);
    }
    if (size_bytes > size_bytes_) {
      release_beyond(0);  // first, so that old and new memory never exist at once
      memory_.reset(new std::uint8_t[size_bytes]);
      size_bytes_ = size_bytes;
    }
    return memory_.get();
  }

  /// Frees the memory if it is more than `kept_bytes`.
  void release_beyond(std::size_t kept_bytes) {
    if (size_bytes_ <= kept_bytes) {
      return;
    }
    memory_.reset();
    size_bytes_ = 0;
  }

  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_bytes_ = 0;
};

}  // namespace hbm::vision
