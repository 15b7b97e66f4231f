// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace hbm_ros {

class Consumer;

// Where the threads that serve one callback group wait for messages of its topics. A wait set of rcl is built anew for
// each wait and can be woken through a guard condition only; here the middleware's thread reports each message itself,
// and waiting is waiting for a condition variable. A message ends one wait only, the one that began last: that thread's
// memory is still in the caches of its processor.
class Waiter {
 public:
  // Whether a consumer has something new, or wake() was called. False after `timeout`.
  bool wait(std::optional<std::chrono::nanoseconds> timeout);

  // Ends the waits that are under way, or else the next one.
  void wake();

  // A message arrived for one of the consumers.
  void notify();

  void add(const std::shared_ptr<Consumer>& consumer);

 private:
  bool something_new();

  struct Sleeper {
    std::condition_variable changed;
    bool woken = false;
  };

  bool sleep(std::unique_lock<std::mutex>& lock, const std::optional<std::chrono::steady_clock::time_point>& deadline);

  std::mutex mutex_;
  std::vector<Sleeper*> sleepers_;  // the last one is woken first
  std::vector<std::weak_ptr<Consumer>> consumers_;
  std::uint64_t notified_ = 0;
  std::uint64_t woken_ = 0;
  int waiting_ = 0;
  bool wake_next_ = false;
};

}  // namespace hbm_ros
