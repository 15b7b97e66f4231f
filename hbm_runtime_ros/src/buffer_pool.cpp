// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "buffer_pool.hpp"

#include <cstdlib>

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
