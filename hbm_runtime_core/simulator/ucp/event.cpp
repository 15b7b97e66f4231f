// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/event.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <climits>

namespace hbm_sim {

std::int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void Event::set(std::uint32_t value) {
  value_.store(value, std::memory_order_seq_cst);
  wake();
}

void Event::increment() {
  value_.fetch_add(1, std::memory_order_seq_cst);
  wake();
}

void Event::wake() {
  if (sleepers_.load(std::memory_order_seq_cst) == 0) {
    return;
  }
  syscall(SYS_futex, &value_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

bool Event::wait_while(std::uint32_t old, std::int64_t deadline_ns) {
  if (value() != old) {
    return true;
  }
  // No polling first: the operating system often runs both threads on one processor, where polling only keeps the other
  // one from running.
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  while (value_.load(std::memory_order_seq_cst) == old) {
    timespec until{};
    if (deadline_ns != kNever) {
      if (now_ns() >= deadline_ns) {
        break;
      }
      until.tv_sec = deadline_ns / 1'000'000'000;
      until.tv_nsec = deadline_ns % 1'000'000'000;
    }
    // The bit set form takes an absolute time of CLOCK_MONOTONIC.
    syscall(SYS_futex, &value_, FUTEX_WAIT_BITSET_PRIVATE, old, deadline_ns == kNever ? nullptr : &until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  return value() != old;
}

}  // namespace hbm_sim
