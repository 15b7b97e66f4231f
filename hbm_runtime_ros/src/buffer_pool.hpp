// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "recent_maximum.hpp"

namespace hbm_ros {

// Memory of std::malloc, which the middleware may enlarge with std::realloc.
struct ByteBuffer {
  std::uint8_t* data = nullptr;
  std::size_t size_bytes = 0;
  std::size_t capacity_bytes = 0;
};

// Reused buffers for messages, because new memory for each picture takes longer than copying it.
class BufferPool {
 public:
  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // The buffer that was returned last, or an empty one.
  ByteBuffer take();

  // A buffer of that size, uninitialized.
  ByteBuffer take(std::size_t size_bytes);

  // Keeps a few buffers, and none that is much larger than recent messages.
  void give_back(const ByteBuffer& buffer);

 private:
  static constexpr std::size_t kKept = 4;

  std::mutex mutex_;
  std::vector<ByteBuffer> free_;
  RecentMaximum recent_;
};

}  // namespace hbm_ros
