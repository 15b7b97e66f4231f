// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "waiter.hpp"

#include <algorithm>

#include "topic_queue.hpp"

namespace hbm_ros {

bool Waiter::wait(std::optional<std::chrono::nanoseconds> timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout.value_or(std::chrono::nanoseconds(0));
  std::unique_lock<std::mutex> lock(mutex_);
  if (wake_next_) {
    wake_next_ = false;
    return true;
  }
  const std::uint64_t woken_before = woken_;
  ++waiting_;
  bool ended = false;
  bool in_time = true;
  while (true) {
    const std::uint64_t notified_before = notified_;
    // Without the lock: an arrival locks the topic first and this waiter second.
    lock.unlock();
    ended = something_new();
    lock.lock();
    ended = ended || woken_ != woken_before;
    if (ended || !in_time) {
      break;
    }
    const auto changed = [&] { return notified_ != notified_before || woken_ != woken_before; };
    if (timeout) {
      in_time = changed_.wait_until(lock, deadline, changed);
    } else {
      changed_.wait(lock, changed);
    }
  }
  --waiting_;
  return ended;
}

void Waiter::wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++woken_;
    wake_next_ = wake_next_ || waiting_ == 0;
  }
  changed_.notify_all();
}

void Waiter::notify() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++notified_;
  }
  changed_.notify_all();
}

void Waiter::add(const std::shared_ptr<Consumer>& consumer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto gone = [](const std::weak_ptr<Consumer>& each) { return each.expired(); };
  consumers_.erase(std::remove_if(consumers_.begin(), consumers_.end(), gone), consumers_.end());
  consumers_.push_back(consumer);
}

bool Waiter::something_new() {
  std::vector<std::shared_ptr<Consumer>> consumers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::weak_ptr<Consumer>& each : consumers_) {
      if (std::shared_ptr<Consumer> consumer = each.lock()) {
        consumers.push_back(std::move(consumer));
      }
    }
  }
  return std::any_of(consumers.begin(), consumers.end(),
                     [](const std::shared_ptr<Consumer>& consumer) { return consumer->waiting_since_ns() != 0; });
}

}  // namespace hbm_ros
