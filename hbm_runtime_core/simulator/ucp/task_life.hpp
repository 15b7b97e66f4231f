// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace hbm_sim {

/// Generation of a slot of the task pool and number of calls that use it, in one word. So a handle of an earlier
/// generation is not valid, and a task that one thread releases while another one waits for it is cleared by the last
/// of the two.
class TaskLife {
 public:
  std::uint32_t generation() const { return static_cast<std::uint32_t>(word_.load(std::memory_order_relaxed) >> 32); }

  /// The slot is taken; the handle counts as its first user.
  void begin() { word_.fetch_add(1); }

  /// One more user, unless that life is over or its handle is released.
  bool pin(std::uint32_t generation) {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (word >> 32 == generation && (word & kReleased) == 0 && (word & kUsers) != 0) {
      if (word_.compare_exchange_weak(word, word + 1)) {
        return true;
      }
    }
    return false;
  }
  /// True for the last user: it clears the task and calls end().
  bool unpin() { return (word_.fetch_sub(1) & kUsers) == 1; }

  /// The handle is released, by the one caller that gets true. To be called by a user.
  bool release_handle() {
    if ((word_.fetch_or(kReleased) & kReleased) != 0) {
      return false;
    }
    word_.fetch_sub(1);
    return true;
  }

  void end() { word_.store(std::uint64_t{generation() + 1} << 32); }

 private:
  static constexpr std::uint64_t kReleased = std::uint64_t{1} << 31;
  static constexpr std::uint64_t kUsers = kReleased - 1;

  std::atomic<std::uint64_t> word_{0};
};

}  // namespace hbm_sim
