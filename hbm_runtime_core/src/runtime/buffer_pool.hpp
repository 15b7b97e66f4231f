// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "driver/driver.hpp"

namespace hbm {

class BufferPool;

/// One allocation of device memory, CPU-cached. Counted: a task and an array of the caller may hold it at once.
class Block {
 public:
  const hbUCPSysMem& memory() const { return memory_; }
  void* data() const { return memory_.virAddr; }
  std::uint64_t capacity() const { return capacity_; }
  std::int32_t device_id() const { return device_id_; }

 private:
  friend class BufferPool;
  friend class BlockRef;
  Block() = default;

  BufferPool* pool_ = nullptr;
  hbUCPSysMem memory_ = {};
  std::uint64_t capacity_ = 0;
  std::int32_t device_id_ = 0;
  int size_class_ = 0;
  std::atomic<int> holders_{0};
  Block* next_ = nullptr;
};

/// A reference to a block; the last one returns it to the pool.
class BlockRef {
 public:
  BlockRef() = default;
  /// Takes over a reference that `detach` released.
  static BlockRef adopt(Block* block) {
    BlockRef ref;
    ref.block_ = block;
    return ref;
  }
  /// Another reference to a block that somebody holds.
  static BlockRef share(Block* block) {
    block->holders_.fetch_add(1, std::memory_order_relaxed);
    return adopt(block);
  }
  BlockRef(const BlockRef& other) : block_(other.block_) {
    if (block_ != nullptr) {
      block_->holders_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() { reset(); }

  inline void reset();
  /// Releases the reference without returning the block: whoever gets the pointer must `adopt` it again.
  Block* detach() { return std::exchange(block_, nullptr); }
  Block* get() const { return block_; }
  Block* operator->() const { return block_; }
  explicit operator bool() const { return block_ != nullptr; }

 private:
  Block* block_ = nullptr;
};

/// Device memory for the whole process, kept for the next call instead of being freed. Sizes are rounded up to classes
/// an eighth of a power of two apart, so a free block is found at once. Idle memory is bounded (`most_idle_bytes`
/// in the source, and one block per class of up to 8 MiB besides).
class BufferPool {
 public:
  explicit BufferPool(const Driver& driver);

  /// At least `bytes`, content undefined. Throws DeviceError when the device has no more even after all idle memory
  /// was given up.
  BlockRef acquire(std::uint64_t bytes, std::int32_t device_id, const std::string& model);

  /// Frees all idle memory.
  void trim();

  /// Memory is kept while there is a user who may want it again; once the last is gone, what comes back is freed.
  void add_user() { users_.fetch_add(1); }
  void remove_user();

  std::uint64_t idle_bytes() const { return idle_bytes_.load(std::memory_order_relaxed); }

 private:
  friend class BlockRef;
  struct SizeClass {
    // One block is kept outside the lock, which is all that a single caller needs.
    std::atomic<Block*> next{nullptr};
    std::mutex mutex;
    Block* idle = nullptr;
    int idle_count = 0;
  };
  static constexpr int kClassCount = 8 * 48;

  Block* take_idle(SizeClass& size_class, std::int32_t device_id);
  void give_back(Block* block);
  bool keep(Block* block);
  void free_block(Block* block);

  const Driver& driver_;
  const std::uint64_t fork_generation_;
  std::array<SizeClass, kClassCount> classes_;
  std::atomic<int> users_{0};
  std::atomic<std::uint64_t> idle_bytes_{0};
};

// Inline, because every call ends here.
inline void BlockRef::reset() {
  Block* block = std::exchange(block_, nullptr);
  if (block != nullptr && block->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    block->pool_->give_back(block);
  }
}

}  // namespace hbm
