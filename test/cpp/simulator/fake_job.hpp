// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "ucp/job.hpp"

namespace hbm_sim_test {

/// A sub-task without a model: declares a time and notes when it ran.
class FakeJob final : public hbm_sim::Job {
 public:
  explicit FakeJob(std::int64_t latency_us = 0, std::int64_t max_time_per_fc_us = 0, std::int32_t cores = 1,
                   bool keeps_latency = false, const char* model = "fake")
      : traits_{model, cores, latency_us, max_time_per_fc_us, keeps_latency} {}

  const hbm_sim::JobTraits& traits() const noexcept override { return traits_; }
  std::int32_t execute(std::int32_t core) noexcept override {
    executed_on = core;
    if (on_execute) {
      on_execute();
    }
    ++executions;
    return status;
  }
  void recycle() noexcept override { ++recycled; }

  std::function<void()> on_execute;
  std::int32_t status = HB_UCP_SUCCESS;
  std::atomic<int> executions{0};
  std::atomic<int> recycled{0};
  std::atomic<int> executed_on{-1};

 private:
  const hbm_sim::JobTraits traits_;
};

/// Keeps a core busy, in a job's on_execute, until the test opens it: a declared time can pass while the host delays
/// the test's thread.
class Gate {
 public:
  std::function<void()> wait() {
    return [this] {
      std::unique_lock lock(mutex_);
      reached_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return opened_; });
    };
  }
  /// Until then, the core may still take another task first.
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    opened_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool opened_ = false;
};

/// Of the clock that the device keeps.
inline std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline hbUCPTaskHandle_t make_task(FakeJob& job) {
  hbUCPTaskHandle_t task = nullptr;
  return hbm_sim_task_add(&task, &job) == HB_UCP_SUCCESS ? task : nullptr;
}

inline std::int32_t submit(hbUCPTaskHandle_t task, std::int32_t priority = 0,
                           std::uint64_t backend = HB_UCP_BPU_CORE_ANY, std::int64_t custom_id = 0) {
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  sched.priority = priority;
  sched.backend = backend;
  sched.customId = custom_id;
  return hbUCPSubmitTask(task, &sched);
}

/// Whether a measurement of times comes out as it should in one of several tries: a busy host delays the threads that
/// submit and wait, and the device cannot know.
inline bool sometimes(const std::function<bool()>& measure) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    if (measure()) {
      return true;
    }
  }
  return false;
}

}  // namespace hbm_sim_test
