// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_RUNTIME_TASK_POOL_HPP_
#define HBM_RUNTIME_TASK_POOL_HPP_

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
  PooledTask() = default;
  virtual ~PooledTask() = default;

  hbUCPTaskHandle_t handle_ = nullptr;

 private:
  friend class TaskPool;
  /// Nobody will run this task's model again.
  virtual bool orphaned() const = 0;
  /// The handle is released: gives up what was kept for it. May destroy this object.
  virtual void recycle() = 0;

  PooledTask* next_parked_ = nullptr;
};

/// Bounds the tasks this process has at the library, which fails beyond its limit, and releases them.
///
/// A release can be slow (28 ms were measured on a board right after the wait), so a finished task is parked, and
/// released by the next call while the device works for that call. Where releases prove slow nevertheless, a thread
/// of the pool does them instead. Parked tasks count against the bound and are released first when it is reached.
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
  /// Releases tasks parked earlier, on the calling thread: to be called while the device is busy.
  void release_parked();
  /// Releases all parked tasks for which `orphaned()` holds.
  void release_orphans();

  /// For when the library has no task left in spite of a reservation, because other code holds some. Makes room, or
  /// waits for room; false where nothing in this process is left to wait for.
  bool make_room(int reserved_by_caller, Deadline deadline);

 private:
  struct Request {
    int count;
    bool granted;
    Request* next;
    std::condition_variable wake;
  };

  PooledTask* pop_parked();
  void release(PooledTask* task);
  void grant();
  bool releases_are_slow() const;
  void note_release(bool slow);
  void start_releaser();
  void releaser_loop();

  const Driver& driver_;
  const int capacity_;
  std::mutex mutex_;
  int available_;
  Request* first_request_ = nullptr;
  Request** last_request_ = &first_request_;
  PooledTask* parked_ = nullptr;
  uint64_t release_count_ = 0;
  std::condition_variable released_;
  std::atomic<uint32_t> sample_{0};
  std::atomic<int> slow_votes_{0};
  bool releaser_started_ = false;
  std::condition_variable releaser_wake_;
};

}  // namespace hbm

#endif  // HBM_RUNTIME_TASK_POOL_HPP_
