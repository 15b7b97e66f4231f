// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "waiter.hpp"

#include <algorithm>

#include "topic_queue.hpp"

namespace hbm_ros {

bool Waiter::wait(std::optional<std::chrono::nanoseconds> timeout) {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  if (timeout) {
    deadline = std::chrono::steady_clock::now() + *timeout;
  }
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
    // Without holding the lock: an arrival locks the topic first and this waiter second.
    lock.unlock();
    ended = something_new();
    lock.lock();
    ended = ended || woken_ != woken_before;
    if (ended || !in_time) {
      break;
    }
    if (notified_ == notified_before) {
      in_time = sleep(lock, deadline);
    }
  }
  --waiting_;
  return ended;
}

bool Waiter::sleep(std::unique_lock<std::mutex>& lock,
                   const std::optional<std::chrono::steady_clock::time_point>& deadline) {
  Sleeper sleeper;
  sleepers_.push_back(&sleeper);
  const auto woken = [&] { return sleeper.woken; };
  if (!deadline) {
    sleeper.changed.wait(lock, woken);
  } else if (!sleeper.changed.wait_until(lock, *deadline, woken)) {
    sleepers_.erase(std::find(sleepers_.begin(), sleepers_.end(), &sleeper));
  }
  return sleeper.woken;
}

void Waiter::wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++woken_;
  wake_next_ = wake_next_ || waiting_ == 0;
  for (Sleeper* sleeper : sleepers_) {
    sleeper->woken = true;
    sleeper->changed.notify_one();
  }
  sleepers_.clear();
}

void Waiter::notify() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++notified_;
  if (!sleepers_.empty()) {
    sleepers_.back()->woken = true;
    sleepers_.back()->changed.notify_one();
    sleepers_.pop_back();
  }
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
