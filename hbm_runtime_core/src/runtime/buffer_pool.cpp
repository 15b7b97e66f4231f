// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/buffer_pool.hpp"

#include <memory>

#include "driver/error.hpp"
#include "driver/fork_guard.hpp"
#include "runtime/status.hpp"

namespace hbm {
namespace {

constexpr int kSmallestShift = 9;  // Below 512 bytes, separate size classes save nothing.
constexpr std::uint64_t kMostIdleBytes = std::uint64_t{256} << 20;
constexpr int kMostIdleInClass = 64;
constexpr std::uint64_t kMostWaitingBytes = std::uint64_t{8} << 20;

// Class 8 k + j holds blocks of (8 + j) / 8 * 2^(k + smallest_shift) bytes.
int class_of(std::uint64_t bytes) {
  if (bytes <= std::uint64_t{1} << kSmallestShift) {
    return 0;
  }
  const int shift = 63 - __builtin_clzll(bytes - 1);
  const int eighth = static_cast<int>((bytes - 1) >> (shift - 3)) - 8 + 1;
  return (shift - kSmallestShift) * 8 + eighth;
}

std::uint64_t bytes_of(int size_class) {
  return static_cast<std::uint64_t>(8 + size_class % 8) << (size_class / 8 + kSmallestShift - 3);
}

}  // namespace

BufferPool::BufferPool(const Driver& driver) : driver_(driver), fork_generation_(fork_generation()) {}

Block* BufferPool::take_idle(SizeClass& size_class, std::int32_t device_id) {
  Block* block = size_class.next.exchange(nullptr);
  if (block != nullptr) {
    if (block->device_id_ == device_id) {
      return block;
    }
    free_block(block);  // Boards have a single device, so this is rare.
  }
  std::lock_guard<std::mutex> lock(size_class.mutex);
  Block** link = &size_class.idle;
  while (*link != nullptr && (*link)->device_id_ != device_id) {
    link = &(*link)->next_;
  }
  block = *link;
  if (block != nullptr) {
    *link = block->next_;
    --size_class.idle_count;
    idle_bytes_.fetch_sub(block->capacity_, std::memory_order_relaxed);
  }
  return block;
}

BlockRef BufferPool::acquire(std::uint64_t bytes, std::int32_t device_id, const std::string& model) {
  const int index = class_of(bytes);
  if (index >= kClassCount) {
    throw DeviceError("a tensor of " + std::to_string(bytes) +
                          " bytes is larger than the memory of any device; model '" + model + "'",
                      HB_UCP_MEM_ALLOC_FAIL, "hbUCPMallocCached", model);
  }
  Block* block = take_idle(classes_[static_cast<std::size_t>(index)], device_id);
  if (block == nullptr) {
    std::unique_ptr<Block> fresh(new Block);
    fresh->pool_ = this;
    fresh->capacity_ = bytes_of(index);
    fresh->device_id_ = device_id;
    fresh->size_class_ = index;
    std::int32_t status = driver_.api().hbUCPMallocCached(&fresh->memory_, fresh->capacity_, device_id);
    if (status != 0) {
      trim();
      status = driver_.api().hbUCPMallocCached(&fresh->memory_, fresh->capacity_, device_id);
    }
    if (status == 0 && fresh->memory_.virAddr == nullptr) {
      status = HB_UCP_MEM_ALLOC_FAIL;
    }
    check(driver_, status, "hbUCPMallocCached", model);
    block = fresh.release();
  }
  block->next_ = nullptr;
  block->holders_.store(1, std::memory_order_relaxed);
  return BlockRef::adopt(block);
}

void BufferPool::give_back(Block* block) {
  if (fork_generation() != fork_generation_) {
    return;  // After a fork, the memory belongs to the parent, and its locks may be held for ever.
  }
  if (users_.load() == 0 || !keep(block)) {
    free_block(block);
    return;
  }
  // The last user may have left meanwhile, and trimmed before this block was kept.
  if (users_.load() == 0) {
    trim();
  }
}

// Keeps the block for the next caller; false if enough memory is idle already.
bool BufferPool::keep(Block* block) {
  SizeClass& size_class = classes_[static_cast<std::size_t>(block->size_class_)];
  Block* none = nullptr;
  if (block->capacity_ <= kMostWaitingBytes && size_class.next.compare_exchange_strong(none, block)) {
    return true;
  }
  const std::uint64_t idle = idle_bytes_.fetch_add(block->capacity_, std::memory_order_relaxed) + block->capacity_;
  if (idle <= kMostIdleBytes) {
    std::lock_guard<std::mutex> lock(size_class.mutex);
    if (size_class.idle_count < kMostIdleInClass) {
      block->next_ = size_class.idle;
      size_class.idle = block;
      ++size_class.idle_count;
      return true;
    }
  }
  idle_bytes_.fetch_sub(block->capacity_, std::memory_order_relaxed);
  return false;
}

void BufferPool::remove_user() {
  if (users_.fetch_sub(1) == 1) {
    trim();
  }
}

void BufferPool::free_block(Block* block) {
  driver_.api().hbUCPFree(&block->memory_);
  delete block;
}

void BufferPool::trim() {
  for (SizeClass& size_class : classes_) {
    Block* waiting = size_class.next.exchange(nullptr);
    if (waiting != nullptr) {
      free_block(waiting);
    }
    Block* idle = nullptr;
    {
      std::lock_guard<std::mutex> lock(size_class.mutex);
      idle = std::exchange(size_class.idle, nullptr);
      size_class.idle_count = 0;
    }
    while (idle != nullptr) {
      Block* next = idle->next_;
      idle_bytes_.fetch_sub(idle->capacity_, std::memory_order_relaxed);
      free_block(idle);
      idle = next;
    }
  }
}

}  // namespace hbm
