// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "hobot/hb_ucp.h"
#include "ucp/job.hpp"

namespace {

TEST(DeviceMemory, a_block_is_writable_and_its_two_addresses_move_alike) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 1000, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(block.memSize, 1000u);
  std::memset(block.virAddr, 7, 1000);
  const hbUCPSysMem window{block.phyAddr + 64, static_cast<char*>(block.virAddr) + 64, 100};
  EXPECT_EQ(hbm_sim_memory_check(&window), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPMemFlush(&window, HB_SYS_MEM_CACHE_CLEAN), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, a_block_whose_owner_shrank_its_size_can_be_freed) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMallocCached(&block, 4096, 0), HB_UCP_SUCCESS);
  block.memSize = 16;
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, a_block_can_be_freed_by_either_of_its_addresses_alone) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  hbUCPSysMem by_device{block.phyAddr, nullptr, 0};
  EXPECT_EQ(hbUCPFree(&by_device), HB_UCP_SUCCESS);
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  hbUCPSysMem by_cpu{0, block.virAddr, 0};
  EXPECT_EQ(hbUCPFree(&by_cpu), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, a_window_of_which_only_one_address_was_moved_does_not_map) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  const hbUCPSysMem window{block.phyAddr, static_cast<char*>(block.virAddr) + 64, 64};
  EXPECT_EQ(hbm_sim_memory_check(&window), HB_UCP_MEM_MAP_FAIL);
  EXPECT_NE(std::strstr(hbm_sim_last_error(), "move both alike"), nullptr) << hbm_sim_last_error();
  // The cache is the CPU's: its address is enough to flush.
  EXPECT_EQ(hbUCPMemFlush(&window, HB_SYS_MEM_CACHE_CLEAN), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, an_address_of_the_device_is_none_of_the_cpu) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  EXPECT_NE(block.phyAddr, reinterpret_cast<std::uintptr_t>(block.virAddr));
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, a_block_that_is_freed_does_not_map) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  const hbUCPSysMem before = block;
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
  EXPECT_EQ(hbm_sim_memory_check(&before), HB_UCP_MEM_MAP_FAIL);
}

TEST(DeviceMemory, freeing_twice_and_freeing_a_window_are_refused) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  hbUCPSysMem window{block.phyAddr + 64, static_cast<char*>(block.virAddr) + 64, 64};
  EXPECT_EQ(hbUCPFree(&window), HB_UCP_MEM_FREE_FAIL);
  hbUCPSysMem again = block;
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPFree(&again), HB_UCP_MEM_FREE_FAIL);
}

TEST(DeviceMemory, memory_of_the_host_does_not_map_to_the_device) {
  char host[64];
  const hbUCPSysMem memory{0, host, sizeof host};
  EXPECT_EQ(hbm_sim_memory_check(&memory), HB_UCP_MEM_MAP_FAIL);
  EXPECT_EQ(hbUCPMemFlush(&memory, HB_SYS_MEM_CACHE_INVALIDATE), HB_UCP_MEM_IS_INVALID);
}

TEST(DeviceMemory, a_window_that_reaches_over_the_end_does_not_map) {
  hbUCPSysMem block{};
  ASSERT_EQ(hbUCPMalloc(&block, 4096, 0), HB_UCP_SUCCESS);
  const hbUCPSysMem window{block.phyAddr + 4000, static_cast<char*>(block.virAddr) + 4000, 97};
  EXPECT_EQ(hbm_sim_memory_check(&window), HB_UCP_MEM_MAP_FAIL);
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, senseless_arguments_are_invalid) {
  hbUCPSysMem block{};
  EXPECT_EQ(hbUCPMalloc(nullptr, 16, 0), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPMalloc(&block, 0, 0), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPMalloc(&block, 16, 1), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPFree(nullptr), HB_UCP_INVALID_ARGUMENT);
  ASSERT_EQ(hbUCPMalloc(&block, 16, 0), HB_UCP_SUCCESS);
  EXPECT_EQ(hbUCPMemFlush(&block, 3), HB_UCP_INVALID_ARGUMENT);
  EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
}

TEST(DeviceMemory, blocks_larger_than_any_device_are_invalid) {
  hbUCPSysMem block{};
  EXPECT_EQ(hbUCPMalloc(&block, std::uint64_t{1} << 40, 0), HB_UCP_MEM_ALLOC_FAIL);
  EXPECT_EQ(hbUCPMalloc(&block, (std::uint64_t{1} << 40) + 1, 0), HB_UCP_INVALID_ARGUMENT);
}

TEST(DeviceMemory, more_than_the_device_has_is_refused_with_the_numbers) {
  hbUCPSysMem block{};
  EXPECT_EQ(hbUCPMalloc(&block, std::uint64_t{5} << 30, 0), HB_UCP_MEM_ALLOC_FAIL);
  EXPECT_NE(std::strstr(hbm_sim_last_error(), "5368709120 bytes"), nullptr) << hbm_sim_last_error();
}

TEST(DeviceMemory, what_is_freed_can_be_had_again_up_to_the_last_byte) {
  const std::uint64_t all = std::uint64_t{4} << 30;
  for (int round = 0; round < 3; ++round) {
    hbUCPSysMem block{}, more{};
    ASSERT_EQ(hbUCPMalloc(&block, all, 0), HB_UCP_SUCCESS);
    EXPECT_EQ(hbUCPMalloc(&more, 1, 0), HB_UCP_MEM_ALLOC_FAIL);
    EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
  }
}

TEST(DeviceMemory, of_many_threads_is_kept_apart) {
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([number] {
      for (std::uint64_t round = 0; round < 500; ++round) {
        hbUCPSysMem block{};
        ASSERT_EQ(hbUCPMallocCached(&block, 64 + round, 0), HB_UCP_SUCCESS);
        std::memset(block.virAddr, number, block.memSize);
        EXPECT_EQ(hbm_sim_memory_check(&block), HB_UCP_SUCCESS);
        EXPECT_EQ(static_cast<char*>(block.virAddr)[block.memSize - 1], number);
        EXPECT_EQ(hbUCPFree(&block), HB_UCP_SUCCESS);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
