// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_EVENT_HPP_
#define HBM_SIM_UCP_EVENT_HPP_

#include <atomic>
#include <cstdint>

namespace hbm_sim {

/// Nanoseconds of CLOCK_MONOTONIC, the device's clock.
int64_t now_ns();

constexpr int64_t kNever = INT64_MAX;

/// A number that threads wait on until it changes. Setting it takes no system call if nobody waits.
class Event {
 public:
  uint32_t value() const { return value_.load(std::memory_order_acquire); }

  /// Stores a value and wakes all who wait.
  void set(uint32_t value);
  void increment();

  /// Returns when the value is no longer `old`, or at `deadline_ns`: false then.
  bool wait_while(uint32_t old, int64_t deadline_ns = kNever);

 private:
  void wake();

  std::atomic<uint32_t> value_{0};
  std::atomic<uint32_t> sleepers_{0};
};

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_EVENT_HPP_
