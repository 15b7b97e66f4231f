// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/buffer_pool.hpp"

#include <thread>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"

namespace {

using hbm::BlockRef;
using hbm_test::awkward_control;

class BufferPoolTest : public hbm_test::AwkwardTest {
 protected:
  void SetUp() override { pool().add_user(); }
  void TearDown() override {
    pool().remove_user();
    AwkwardTest::TearDown();
  }
  hbm::BufferPool& pool() { return hbm::Device::instance().buffers(); }
};

TEST_F(BufferPoolTest, ABlockThatCameBackIsHandedOutAgain) {
  void* address = pool().acquire(5000, 0, "m")->data();
  const std::int64_t allocations = awkward_control().allocation_count();
  const BlockRef again = pool().acquire(4900, 0, "m");
  EXPECT_EQ(again->data(), address);
  EXPECT_EQ(awkward_control().allocation_count(), allocations);
}

TEST_F(BufferPoolTest, ABlockIsNeverSmallerThanAskedAndAtMostAnEighthLarger) {
  for (std::uint64_t bytes = 512; bytes < (std::uint64_t{1} << 24); bytes = bytes * 9 / 8 + 1) {
    for (const std::uint64_t size : {bytes - 1, bytes, bytes + 1}) {
      const BlockRef block = pool().acquire(size, 0, "m");
      EXPECT_GE(block->capacity(), size);
      EXPECT_LE(block->capacity(), std::max<std::uint64_t>(512, size + size / 8 + 1)) << size;
    }
  }
  pool().trim();
}

TEST_F(BufferPoolTest, TheLastShareReturnsTheBlock) {
  BlockRef first = pool().acquire(3000, 0, "m");
  void* address = first->data();
  const BlockRef second = first;
  first.reset();
  EXPECT_NE(pool().acquire(3000, 0, "m")->data(), address);
}

TEST_F(BufferPoolTest, TrimGivesIdleMemoryBackToTheDevice) {
  pool().trim();
  const std::int64_t before = awkward_control().live_allocations();
  {
    std::vector<BlockRef> held;
    for (int i = 0; i < 10; ++i) {
      held.push_back(pool().acquire(10000, 0, "m"));
    }
    EXPECT_EQ(awkward_control().live_allocations(), before + 10);
  }
  pool().trim();
  EXPECT_EQ(awkward_control().live_allocations(), before);
}

TEST_F(BufferPoolTest, WhatComesBackAfterTheLastUserIsFreedAtOnce) {
  const std::int64_t before = awkward_control().live_allocations();
  BlockRef small = pool().acquire(10000, 0, "m");
  BlockRef large = pool().acquire(std::uint64_t{96} << 20, 0, "m");
  pool().remove_user();
  EXPECT_EQ(awkward_control().live_allocations(), before + 2);
  small.reset();
  large.reset();
  EXPECT_EQ(awkward_control().live_allocations(), before);
  pool().add_user();
}

TEST_F(BufferPoolTest, NothingStaysBehindWhenBlocksAndTheLastUserGoAtOnce) {
  pool().trim();
  const std::int64_t before = awkward_control().live_allocations();
  for (int round = 0; round < 200; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([block = pool().acquire(10000, 0, "m")]() mutable { block.reset(); });
    }
    pool().remove_user();
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(awkward_control().live_allocations(), before);
    pool().add_user();
  }
}

TEST_F(BufferPoolTest, UpTo256MiBStayIdle) {
  constexpr std::uint64_t kBlock = std::uint64_t{16} << 20;
  pool().trim();
  const std::int64_t before = awkward_control().live_allocations();
  for (const int blocks : {16, 17}) {
    std::vector<BlockRef> held;
    for (int i = 0; i < blocks; ++i) {
      held.push_back(pool().acquire(kBlock, 0, "m"));
    }
    held.clear();
    EXPECT_EQ(awkward_control().live_allocations() - before, 16) << blocks;
  }
  pool().trim();
}

TEST_F(BufferPoolTest, ABlockOfUpTo8MiBWaitsForTheNextCallWhateverIsIdle) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  pool().trim();
  const std::int64_t before = awkward_control().live_allocations();
  {
    std::vector<BlockRef> held;
    for (int i = 0; i < 16; ++i) {
      held.push_back(pool().acquire(16 * kMiB, 0, "m"));
    }
  }
  pool().acquire(8 * kMiB, 0, "m").reset();
  EXPECT_EQ(awkward_control().live_allocations() - before, 16 + 1);
  pool().acquire(8 * kMiB + 1, 0, "m").reset();
  EXPECT_EQ(awkward_control().live_allocations() - before, 16 + 1);
  pool().trim();
}

TEST_F(BufferPoolTest, IdleMemoryIsGivenUpWhenTheDeviceHasNoMore) {
  pool().acquire(1 << 20, 0, "m").reset();
  awkward_control().fail("hbUCPMallocCached", HB_UCP_MEM_ALLOC_FAIL, 1);
  EXPECT_NO_THROW(pool().acquire(2 << 20, 0, "m"));
  EXPECT_EQ(pool().acquire(1 << 20, 0, "m")->capacity(), std::uint64_t{1} << 20);
}

TEST_F(BufferPoolTest, AnAllocationThatFailsTwiceIsAnErrorWithItsStatus) {
  awkward_control().fail("hbUCPMallocCached", HB_UCP_MEM_ALLOC_FAIL, 2);
  try {
    pool().acquire(123456, 0, "detector");
    FAIL() << "no error";
  } catch (const hbm::DeviceError& error) {
    EXPECT_EQ(error.code(), HB_UCP_MEM_ALLOC_FAIL);
    EXPECT_EQ(error.function(), "hbUCPMallocCached");
    EXPECT_EQ(error.model(), "detector");
  }
}

TEST_F(BufferPoolTest, AnAbsurdSizeIsAnErrorAndNotACrash) {
  EXPECT_THROW(pool().acquire(std::uint64_t{1} << 62, 0, "m"), hbm::DeviceError);
}

TEST_F(BufferPoolTest, ManyThreadsNeverShareABlock) {
  std::vector<std::thread> threads;
  std::atomic<int> clashes{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const BlockRef block = pool().acquire(700, 0, "m");
        auto* bytes = static_cast<volatile char*>(block->data());
        bytes[0] = static_cast<char>(t);
        std::this_thread::yield();
        clashes += bytes[0] == static_cast<char>(t) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(clashes, 0);
}

}  // namespace
