// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "buffer_pool.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace hbm_ros {
namespace {

// What taking a message of this size does.
ByteBuffer fill(ByteBuffer buffer, std::size_t size_bytes) {
  if (buffer.capacity_bytes < size_bytes) {
    buffer.data = static_cast<std::uint8_t*>(std::realloc(buffer.data, size_bytes));
    buffer.capacity_bytes = size_bytes;
  }
  buffer.size_bytes = size_bytes;
  return buffer;
}

TEST(BufferPool, ABufferIsUsedAgain) {
  BufferPool pool;
  const ByteBuffer first = fill(pool.take(), 1000);
  pool.give_back(first);
  const ByteBuffer second = pool.take();
  EXPECT_EQ(second.data, first.data);
  EXPECT_EQ(second.capacity_bytes, 1000U);
  pool.give_back(second);
}

TEST(BufferPool, TheMemoryOfOneLargeMessageIsGivenBack) {
  BufferPool pool;
  pool.give_back(fill(pool.take(), 1'000'000));
  for (int i = 0; i < 40; ++i) {
    pool.give_back(fill(pool.take(), 1000));
  }
  const ByteBuffer buffer = pool.take();
  EXPECT_LE(buffer.capacity_bytes, 2000U);
  pool.give_back(buffer);
}

TEST(BufferPool, AFewBuffersAreKept) {
  BufferPool pool;
  std::vector<ByteBuffer> taken(20);
  for (ByteBuffer& buffer : taken) {
    buffer = fill(pool.take(), 1000);
  }
  for (const ByteBuffer& buffer : taken) {
    pool.give_back(buffer);
  }
  int kept = 0;
  for (ByteBuffer buffer = pool.take(); buffer.data != nullptr; buffer = pool.take()) {
    std::free(buffer.data);
    ++kept;
  }
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 10);
}

}  // namespace
}  // namespace hbm_ros
