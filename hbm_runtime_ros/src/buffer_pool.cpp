// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "buffer_pool.hpp"

#include <cstdlib>
#include <new>

namespace hbm_ros {

BufferPool::~BufferPool() {
  for (const ByteBuffer& buffer : free_) {
    std::free(buffer.data);
  }
}

ByteBuffer BufferPool::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_.empty()) {
    return {};
  }
  const ByteBuffer buffer = free_.back();
  free_.pop_back();
  return buffer;
}

ByteBuffer BufferPool::take(std::size_t size_bytes) {
  ByteBuffer buffer = take();
  if (buffer.capacity_bytes < size_bytes) {
    std::free(buffer.data);  // not realloc, which would copy the old content
    buffer = {static_cast<std::uint8_t*>(std::malloc(size_bytes)), 0, size_bytes};
    if (buffer.data == nullptr) {
      throw std::bad_alloc();
    }
  }
  buffer.size_bytes = size_bytes;
  return buffer;
}

void BufferPool::give_back(const ByteBuffer& buffer) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    recent_.add(buffer.size_bytes);
    if (free_.size() < kKept && !recent_.exceeded_by(buffer.capacity_bytes)) {
      free_.push_back(buffer);
      return;
    }
  }
  std::free(buffer.data);
}

}  // namespace hbm_ros
