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
// before that is released here.
bool TaskPool::wait_in_line(int count, Deadline deadline) {
  waiting_.fetch_add(1);
  release_all_parked();
  Request request{count, false, nullptr, {}};
  std::unique_lock<std::mutex> lock(mutex_);
  *last_request_ = &request;
  last_request_ = &request.next;
  grant_in_order();
  const bool granted = wait_for(&request.wake, &lock, deadline, [&request] { return request.granted; });
  if (!granted) {
    leave_line(&request);
  }
  waiting_.fetch_sub(1);
  return granted;
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
  if (task->orphaned()) {
    release(task);
    return;
  }
  push_parked(task, task);
  // From here on another thread may have released the task.
  if (orphanings_.load() != orphanings || (waiting_.load() > 0 && !releases_are_slow())) {
    release_all_parked();
  } else if (releases_are_slow()) {
    wake_releaser();
  }
}

void TaskPool::release_parked() {
  if (releases_are_slow() || parked_.load(std::memory_order_relaxed) == nullptr) {
    return;
  }
  PooledTask* tasks = parked_.exchange(nullptr);
  for (int i = 0; i < kReleasesPerCall && tasks != nullptr; ++i) {
    PooledTask* next = std::exchange(tasks->next_parked_, nullptr);
    release(tasks);
    tasks = next;
  }
  if (tasks != nullptr) {
    PooledTask* last = tasks;
    while (last->next_parked_ != nullptr) {
      last = last->next_parked_;
    }
    const std::uint32_t orphanings = orphanings_.load();
    push_parked(tasks, last);
    // No other thread could release these meanwhile.
    if (waiting_.load() > 0 || orphanings_.load() != orphanings) {
      release_all_parked();
    }
  }
}

bool TaskPool::release_all_parked() {
  PooledTask* tasks = parked_.exchange(nullptr);
  const bool any = tasks != nullptr;
  while (tasks != nullptr) {
    PooledTask* next = std::exchange(tasks->next_parked_, nullptr);
    release(tasks);
    tasks = next;
  }
  return any;
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
  cancel(1);
  release_count_.fetch_add(1);
  if (room_seekers_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    released_.notify_all();
  }
}

bool TaskPool::make_room(int reserved_by_caller, Deadline deadline) {
  const std::uint32_t seen = release_count_.load();
  if (release_all_parked()) {
    return true;
  }
  if (capacity_ - available_.load() <= reserved_by_caller) {
    return false;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  room_seekers_.fetch_add(1);
  // Other threads may park a task instead of releasing it, so check again soon.
  const Deadline soon = std::min(deadline, Clock::now() + std::chrono::milliseconds(1));
  wait_for(&released_, &lock, soon, [this, seen] { return release_count_.load() != seen; });
  room_seekers_.fetch_sub(1);
  return Clock::now() < deadline;
}

bool TaskPool::releases_are_slow() const { return slow_votes_.load(std::memory_order_relaxed) >= kVotesForSlow; }

// A single slow release may be caused by the operating system's scheduler; several are caused by the library.
void TaskPool::note_release(bool slow) {
  const int votes = slow_votes_.load(std::memory_order_relaxed);
  slow_votes_.store(std::clamp(votes + (slow ? 1 : -1), 0, kMostVotes), std::memory_order_relaxed);
}

void TaskPool::wake_releaser() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!releaser_started_) {
    try {
      std::thread(&TaskPool::releaser_loop, this).detach();
      releaser_started_ = true;
    } catch (const std::exception&) {
      // No thread could be started, or there was no memory for one: callers release tasks, as they do when that is
      // quick.
      slow_votes_.store(0, std::memory_order_relaxed);
    }
  }
  releaser_wake_.notify_one();
}

void TaskPool::releaser_loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    releaser_wake_.wait(lock, [this] { return parked_.load() != nullptr; });
    lock.unlock();
    release_all_parked();
    lock.lock();
  }
}

}  // namespace hbm
