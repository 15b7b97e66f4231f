// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace hbm_sim {

/// Nanoseconds of CLOCK_MONOTONIC, the device's clock.
std::int64_t now_ns();

constexpr std::int64_t kNever = INT64_MAX;

/// A number that threads wait on until it changes. Setting it takes no system call if nobody waits.
class Event {
 public:
  std::uint32_t value() const { return value_.load(std::memory_order_acquire); }

  /// Stores a value and wakes all who wait.
  void set(std::uint32_t value);
  void increment();

  /// Returns when the value is no longer `old`, or at `deadline_ns`: false then.
  bool wait_while(std::uint32_t old, std::int64_t deadline_ns = kNever);

 private:
  void wake();

  std::atomic<std::uint32_t> value_{0};
  std::atomic<std::uint32_t> sleepers_{0};
};

}  // namespace hbm_sim
