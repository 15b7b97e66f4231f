// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_pool.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <thread>

namespace hbm {
namespace {

constexpr int library_default_tasks = 32;
constexpr long most_tasks = 1 << 16;
constexpr std::chrono::microseconds slow_release{200};
// Reading the clock costs as much as a quick release, so only one in so many is timed.
constexpr uint32_t sample_period = 8;
constexpr int votes_for_slow = 2;
constexpr int most_votes = 3;
// More than one, so that what calls on many threads leave behind always shrinks.
constexpr int releases_per_call = 2;

int configured_tasks() {
  const char* text = std::getenv("HB_UCP_MAX_TASK_NUM");
  const long value = text != nullptr ? std::strtol(text, nullptr, 10) : 0;
  return value >= 1 && value <= most_tasks ? static_cast<int>(value) : library_default_tasks;
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

TaskPool::TaskPool(const Driver& driver)
    : driver_(driver), capacity_(configured_tasks()), available_(capacity_) {}

bool TaskPool::reserve(int count, Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (first_request_ != nullptr || available_ < count) {
    PooledTask* parked = pop_parked();
    if (parked == nullptr) {
      break;
    }
    lock.unlock();
    release(parked);
    lock.lock();
  }
  if (first_request_ == nullptr && available_ >= count) {
    available_ -= count;
    return true;
  }
  Request request{count, false, nullptr, {}};
  *last_request_ = &request;
  last_request_ = &request.next;
  if (!wait_for(&request.wake, &lock, deadline, [&request] { return request.granted; })) {
    Request** link = &first_request_;
    while (*link != &request) {
      link = &(*link)->next;
    }
    *link = request.next;
    if (last_request_ == &request.next) {
      last_request_ = link;
    }
    grant();
    return false;
  }
  return true;
}

bool TaskPool::releases_are_slow() const {
  return slow_votes_.load(std::memory_order_relaxed) >= votes_for_slow;
}

void TaskPool::cancel(int count) {
  std::lock_guard<std::mutex> lock(mutex_);
  available_ += count;
  grant();
}

// Strictly in order: a large request is not overtaken for ever by small ones.
void TaskPool::grant() {
  while (first_request_ != nullptr && first_request_->count <= available_) {
    Request* request = first_request_;
    available_ -= request->count;
    first_request_ = request->next;
    if (first_request_ == nullptr) {
      last_request_ = &first_request_;
    }
    request->granted = true;
    request->wake.notify_one();
  }
}

PooledTask* TaskPool::pop_parked() {
  PooledTask* task = parked_;
  if (task != nullptr) {
    parked_ = task->next_parked_;
    task->next_parked_ = nullptr;
  }
  return task;
}

void TaskPool::park(PooledTask* task) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool slow = releases_are_slow();
    // Somebody waits for a task: releasing this one now serves them, if it does not take long.
    const bool wanted = first_request_ != nullptr && !slow;
    if (!task->orphaned() && !wanted) {
      task->next_parked_ = parked_;
      parked_ = task;
      if (slow) {
        start_releaser();
        releaser_wake_.notify_one();
      }
      return;
    }
  }
  release(task);
}

void TaskPool::release_parked() {
  if (releases_are_slow()) {
    return;
  }
  for (int i = 0; i < releases_per_call; ++i) {
    PooledTask* task = nullptr;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task = pop_parked();
    }
    if (task == nullptr) {
      return;
    }
    release(task);
  }
}

void TaskPool::release_orphans() {
  PooledTask* orphans = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    PooledTask** link = &parked_;
    while (*link != nullptr) {
      PooledTask* task = *link;
      if (task->orphaned()) {
        *link = task->next_parked_;
        task->next_parked_ = orphans;
        orphans = task;
      } else {
        link = &task->next_parked_;
      }
    }
  }
  while (orphans != nullptr) {
    PooledTask* next = orphans->next_parked_;
    orphans->next_parked_ = nullptr;
    release(orphans);
    orphans = next;
  }
}

void TaskPool::release(PooledTask* task) {
  const bool timed = sample_.fetch_add(1, std::memory_order_relaxed) % sample_period == 0;
  const Clock::time_point start = timed ? Clock::now() : Clock::time_point();
  if (task->handle_ != nullptr) {
    driver_.api().hbUCPReleaseTask(task->handle_);
    task->handle_ = nullptr;
  }
  if (timed) {
    note_release(Clock::now() - start > slow_release);
  }
  task->recycle();
  std::lock_guard<std::mutex> lock(mutex_);
  ++available_;
  ++release_count_;
  grant();
  released_.notify_all();
}

// One late sample may be the scheduler's doing; several are the library's.
void TaskPool::note_release(bool slow) {
  const int votes = slow_votes_.load(std::memory_order_relaxed);
  const int counted = std::clamp(votes + (slow ? 1 : -1), 0, most_votes);
  slow_votes_.store(counted, std::memory_order_relaxed);
}

bool TaskPool::make_room(int reserved_by_caller, Deadline deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  PooledTask* parked = pop_parked();
  if (parked != nullptr) {
    lock.unlock();
    release(parked);
    return true;
  }
  if (capacity_ - available_ <= reserved_by_caller) {
    return false;
  }
  const uint64_t seen = release_count_;
  // Others may park instead of releasing, so look again every now and then.
  const Deadline soon = std::min(deadline, Clock::now() + std::chrono::milliseconds(1));
  wait_for(&released_, &lock, soon, [this, seen] { return release_count_ != seen || parked_ != nullptr; });
  return Clock::now() < deadline;
}

void TaskPool::start_releaser() {
  if (releaser_started_) {
    return;
  }
  try {
    std::thread(&TaskPool::releaser_loop, this).detach();
    releaser_started_ = true;
  } catch (const std::system_error&) {
    // No thread to be had: callers release, as they do where it is quick.
    slow_votes_.store(0, std::memory_order_relaxed);
  }
}

void TaskPool::releaser_loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    releaser_wake_.wait(lock, [this] { return parked_ != nullptr; });
    PooledTask* task = pop_parked();
    lock.unlock();
    release(task);
    lock.lock();
  }
}

}  // namespace hbm
