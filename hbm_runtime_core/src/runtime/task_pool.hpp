// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "driver/driver.hpp"

namespace hbm {

using Clock = std::chrono::steady_clock;
/// `Clock::time_point::max()` = no limit.
using Deadline = Clock::time_point;

/// A task of the library together with everything that must stay alive until the task is released.
class PooledTask {
 public:
  hbUCPTaskHandle_t handle() const { return handle_; }

 protected:
  /// `group`: of the tasks whose releases may wait for each other, those of one model.
  explicit PooledTask(const void* group) : group_(group) {}
  virtual ~PooledTask() = default;

  hbUCPTaskHandle_t handle_ = nullptr;

 private:
  friend class TaskPool;
  /// Whether no further call can use this task's model.
  virtual bool orphaned() const = 0;
  /// Called after the release of the handle: drops what was kept for it. May destroy this object.
  virtual void recycle() = 0;

  const void* const group_;
  PooledTask* next_parked_ = nullptr;
};

/// Limits the number of tasks that exist in the library, which fails beyond its own limit, and releases them.
///
/// A release can be slow (28 ms were measured on a board right after the wait), so a finished task is parked, and
/// released by the next call while the device works for that call. Where releases prove slow nevertheless, a thread
/// of the pool does them instead, as it does when the bound is reached, against which parked tasks count.
///
/// A release can hang, too: then it holds the caller that waits for the same model, and the model's other tasks, but no
/// other model.
///
/// A call that need not wait takes no lock here.
class TaskPool {
 public:
  explicit TaskPool(const Driver& driver);

  int capacity() const { return capacity_; }

  /// Reserves `count` (at most `capacity()`) tasks. Callers are served in order of arrival. False at the deadline.
  bool reserve(int count, Deadline deadline);
  /// Returns reservations that created no task.
  void cancel(int count);

  /// Hands over a finished task and its reservation.
  void park(PooledTask* task);
  /// Releases tasks of the group that were parked earlier, on the calling thread: to be called while the device is
  /// busy, by a thread that would wait for a task of that group anyway.
  void release_parked(const void* group);
  /// To be called when a model set is closed: releases everything parked. It may hang.
  void release_orphans();

  /// How many tasks have been released so far.
  std::uint32_t releases() const { return release_count_.load(); }

  /// To be called if the library has no task left despite a reservation, because other code holds some. Releases parked
  /// tasks, or waits for a release after the first `releases_before` ones, those until the library was asked; false if
  /// no task of this process is left to wait for.
  bool make_room(int reserved_by_caller, std::uint32_t releases_before, Deadline deadline);

 private:
  struct Request {
    int count;
    bool granted;
    Request* next;
    std::condition_variable wake;
  };

  bool try_take(int count);
  bool wait_in_line(int count, Deadline deadline);
  void grant_in_order();
  void leave_line(Request* request);

  void push_parked(PooledTask* first, PooledTask* last);
  PooledTask* pop_parked();
  void release_all_parked();
  void release(PooledTask* task);

  bool releases_are_slow() const;
  void note_release(bool slow);
  void release_elsewhere();
  bool wake_releaser();
  void releaser_loop();

  const Driver& driver_;
  const int capacity_;
  std::atomic<int> available_;
  std::atomic<int> waiting_{0};
  std::atomic<PooledTask*> parked_{nullptr};
  std::atomic<std::uint32_t> orphanings_{0};
  std::atomic<std::uint32_t> release_count_{0};
  std::atomic<int> room_seekers_{0};
  std::atomic<int> slow_votes_{0};

  std::mutex mutex_;
  Request* first_request_ = nullptr;
  Request** last_request_ = &first_request_;
  std::condition_variable released_;
  std::condition_variable releaser_wake_;
  int releaser_count_ = 0;
  int idle_releaser_count_ = 0;
  Clock::time_point release_begun_;  ///< the latest one of the releasers
};

}  // namespace hbm
