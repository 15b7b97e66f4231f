// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace hbm {

/// A job that may block until a task ends.
class WaitJob {
 public:
  virtual ~WaitJob() = default;
  /// Must not throw.
  virtual void run() noexcept = 0;

 private:
  friend class Waiters;
  std::shared_ptr<WaitJob> next_job_;
};

/// A job that calls a function of the library that may hang, for a caller that does not wait for ever.
class BoundedJob : public WaitJob {
 public:
  void run() noexcept final;
  /// Waits until it ends, or is taken for hanging.
  void wait();

 private:
  virtual void work() noexcept = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

/// Threads that wait for tasks on behalf of callers with a time limit and of asynchronous calls: the library's own
/// wait may ignore its time limit. Started when needed, never more than can be of use; those that are not needed end.
/// Lives as long as the process, because a task may never end.
class Waiters {
 public:
  explicit Waiters(int most_threads, std::chrono::milliseconds idle_time = std::chrono::seconds(10))
      : most_threads_(most_threads), idle_time_(idle_time) {}

  /// Runs the job on one of the threads, or on the calling thread if no thread can be started. Allocates nothing.
  void post(std::shared_ptr<WaitJob> job);
  /// Runs the job in the same way, and waits for it.
  void run_bounded(const std::shared_ptr<BoundedJob>& job);

 private:
  // A thread without a job, on its own stack. The last one gets the next job, so that those at the end stay idle.
  struct IdleThread {
    std::condition_variable wake;
    bool woken = false;
    IdleThread* next = nullptr;
  };

  void start_thread();
  void loop();
  bool wait_for_job(std::unique_lock<std::mutex>& lock);
  std::shared_ptr<WaitJob> take_job();

  const int most_threads_;
  const std::chrono::milliseconds idle_time_;
  std::mutex mutex_;
  std::shared_ptr<WaitJob> first_job_;
  WaitJob* last_job_ = nullptr;
  IdleThread* first_idle_ = nullptr;
  int thread_count_ = 0;
};

}  // namespace hbm
