// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_pool.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <thread>
#include <utility>

namespace hbm {
namespace {

constexpr int kLibraryDefaultTasks = 32;
constexpr long kMostTasks = 1 << 16;
constexpr std::chrono::microseconds kSlowRelease{200};
// Reading the clock costs as much as a quick release, so only one in so many is timed.
constexpr std::uint32_t kSamplePeriod = 8;
constexpr int kVotesForSlow = 2;
constexpr int kMostVotes = 3;
// More than one per call, so that the list of parked tasks shrinks.
constexpr int kReleasesPerCall = 2;
// After this time in one release, a releaser is taken for one that hangs.
constexpr std::chrono::milliseconds kHangingRelease{100};

int configured_tasks() {
  const char* text = std::getenv("HB_UCP_MAX_TASK_NUM");
  const long value = text != nullptr ? std::strtol(text, nullptr, 10) : 0;
  return value >= 1 && value <= kMostTasks ? static_cast<int>(value) : kLibraryDefaultTasks;
}

template <typename Predicate>
bool wait_for(std::condition_variable* condition, std::unique_lock<std::mutex>* lock, Deadline deadline,
              const Predicate& predicate) {
  if (deadline == Deadline::max()) {
    condition->wait(*lock, predicate);
    return true;
  }
  return condition->wait_until(*lock, deadline, predicate);
}

}  // namespace

TaskPool::TaskPool(const Driver& driver) : driver_(driver), capacity_(configured_tasks()), available_(capacity_) {}

bool TaskPool::try_take(int count) {
  int available = available_.load();
  while (available >= count) {
    if (available_.compare_exchange_weak(available, available - count)) {
      return true;
    }
  }
  return false;
}

bool TaskPool::reserve(int count, Deadline deadline) {
  return (waiting_.load() == 0 && try_take(count)) || wait_in_line(count, deadline);
}

// Once `waiting_` counts this caller, whoever parks or returns a task serves the waiting callers; what was parked
// before that is released by the pool's thread.
bool TaskPool::wait_in_line(int count, Deadline deadline) {
  waiting_.fetch_add(1);
  release_elsewhere();
  Request request{count, false, nullptr, {}};
  std::unique_lock<std::mutex> lock(mutex_);
  *last_request_ = &request;
  last_request_ = &request.next;
  grant_in_order();
  const auto granted = [&request] { return request.granted; };
  while (!wait_for(&request.wake, &lock, std::min(deadline, Clock::now() + kHangingRelease), granted) &&
         Clock::now() < deadline) {
    lock.unlock();
    release_elsewhere();
    lock.lock();
  }
  if (!request.granted) {
    leave_line(&request);
  }
  waiting_.fetch_sub(1);
  return request.granted;
}

// Strictly in order, so that small requests cannot starve a large one.
void TaskPool::grant_in_order() {
  while (first_request_ != nullptr && try_take(first_request_->count)) {
    Request* request = first_request_;
    first_request_ = request->next;
    if (first_request_ == nullptr) {
      last_request_ = &first_request_;
    }
    request->granted = true;
    request->wake.notify_one();
  }
}

void TaskPool::leave_line(Request* request) {
  Request** link = &first_request_;
  while (*link != request) {
    link = &(*link)->next;
  }
  *link = request->next;
  if (last_request_ == &request->next) {
    last_request_ = link;
  }
  grant_in_order();
}

void TaskPool::cancel(int count) {
  available_.fetch_add(count);
  if (waiting_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    grant_in_order();
  }
}

void TaskPool::push_parked(PooledTask* first, PooledTask* last) {
  last->next_parked_ = parked_.load();
  while (!parked_.compare_exchange_weak(last->next_parked_, first)) {
  }
}

void TaskPool::park(PooledTask* task) {
  const std::uint32_t orphanings = orphanings_.load();
  if (task->orphaned() || (waiting_.load() > 0 && !releases_are_slow())) {
    release(task);
    return;
  }
  push_parked(task, task);
  // From here on another thread may have released the task.
  if (releases_are_slow() || waiting_.load() > 0 || orphanings_.load() != orphanings) {
    release_elsewhere();
  }
}

// The others are back in the list before a release begins, which may hang.
void TaskPool::release_parked(const void* group) {
  if (releases_are_slow() || parked_.load(std::memory_order_relaxed) == nullptr) {
    return;
  }
  const std::uint32_t orphanings = orphanings_.load();
  PooledTask* chosen[kReleasesPerCall];
  int chosen_count = 0;
  PooledTask* others = nullptr;
  PooledTask* last_other = nullptr;
  PooledTask* next = nullptr;
  for (PooledTask* task = parked_.exchange(nullptr); task != nullptr; task = next) {
    next = std::exchange(task->next_parked_, nullptr);
    if (task->group_ == group && chosen_count < kReleasesPerCall) {
      chosen[chosen_count++] = task;
      continue;
    }
    task->next_parked_ = others;
    last_other = last_other != nullptr ? last_other : task;
    others = task;
  }
  if (others != nullptr) {
    push_parked(others, last_other);
    // No other thread could release these meanwhile.
    if (waiting_.load() > 0 || orphanings_.load() != orphanings) {
      release_elsewhere();
    }
  }
  for (int i = 0; i < chosen_count; ++i) {
    release(chosen[i]);
  }
}

PooledTask* TaskPool::pop_parked() {
  PooledTask* const first = parked_.exchange(nullptr);
  PooledTask* const rest = first != nullptr ? std::exchange(first->next_parked_, nullptr) : nullptr;
  if (rest != nullptr) {
    PooledTask* last = rest;
    while (last->next_parked_ != nullptr) {
      last = last->next_parked_;
    }
    push_parked(rest, last);
  }
  return first;
}

void TaskPool::release_all_parked() {
  while (PooledTask* const task = pop_parked()) {
    release(task);
  }
}

void TaskPool::release_orphans() {
  orphanings_.fetch_add(1);
  release_all_parked();
}

void TaskPool::release(PooledTask* task) {
  const bool timed = release_count_.load(std::memory_order_relaxed) % kSamplePeriod == 0;
  const Clock::time_point start = timed ? Clock::now() : Clock::time_point();
  if (task->handle_ != nullptr) {
    driver_.api().hbUCPReleaseTask(task->handle_);
    task->handle_ = nullptr;
  }
  if (timed) {
    note_release(Clock::now() - start > kSlowRelease);
  }
  task->recycle();
  // First, for make_room(): where no task is in use any more, it finds that one was released.
  release_count_.fetch_add(1);
  cancel(1);
  if (room_seekers_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    released_.notify_all();
  }
}

bool TaskPool::make_room(int reserved_by_caller, std::uint32_t releases_before, Deadline deadline) {
  release_elsewhere();
  const bool none_in_use = capacity_ - available_.load() <= reserved_by_caller;
  if (releases() == releases_before && none_in_use) {
    return false;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  room_seekers_.fetch_add(1);
  // Other threads may park a task instead of releasing it, so check again soon.
  const Deadline soon = std::min(deadline, Clock::now() + std::chrono::milliseconds(1));
  wait_for(&released_, &lock, soon, [&] { return releases() != releases_before; });
  room_seekers_.fetch_sub(1);
  return Clock::now() < deadline;
}

bool TaskPool::releases_are_slow() const { return slow_votes_.load(std::memory_order_relaxed) >= kVotesForSlow; }

// A single slow release may be caused by the operating system's scheduler; several are caused by the library.
void TaskPool::note_release(bool slow) {
  const int votes = slow_votes_.load(std::memory_order_relaxed);
  slow_votes_.store(std::clamp(votes + (slow ? 1 : -1), 0, kMostVotes), std::memory_order_relaxed);
}

void TaskPool::release_elsewhere() {
  if (parked_.load() != nullptr && !wake_releaser()) {
    // No thread could be started, or there was no memory for one: callers release tasks, as they do when that is quick.
    slow_votes_.store(0, std::memory_order_relaxed);
    release_all_parked();
  }
}

// One releaser is enough, unless it hangs. False if there is none.
bool TaskPool::wake_releaser() {
  std::lock_guard<std::mutex> lock(mutex_);
  const bool hangs = idle_releaser_count_ == 0 && Clock::now() - release_begun_ > kHangingRelease;
  if ((releaser_count_ == 0 || hangs) && releaser_count_ < capacity_) {
    try {
      std::thread(&TaskPool::releaser_loop, this).detach();
      ++releaser_count_;
      release_begun_ = Clock::now();
    } catch (const std::exception&) {
      return releaser_count_ > 0;
    }
  }
  releaser_wake_.notify_one();
  return true;
}

void TaskPool::releaser_loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_releaser_count_;
    releaser_wake_.wait(lock, [this] { return parked_.load() != nullptr; });
    --idle_releaser_count_;
    release_begun_ = Clock::now();
    lock.unlock();
    if (PooledTask* const task = pop_parked()) {
      release(task);
    }
    lock.lock();
  }
}

}  // namespace hbm
