// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "hobot/hb_ucp.h"
#include "ucp/event.hpp"
#include "ucp/job.hpp"
#include "ucp/task_life.hpp"

namespace hbm_sim {

class Task;

constexpr std::int32_t kFirstPreemptingPriority = 254;

/// One inference on its way through the device. The device alone changes it after the submission.
struct SubTask {
  Task* task = nullptr;
  Job* job = nullptr;
  std::int32_t index = 0;

  std::uint32_t allowed_cores = 0;  ///< bit mask
  std::uint64_t arrival = 0;        ///< order of submission
  std::int64_t ready_ns = 0;        ///< when it was submitted

  std::uint32_t cores = 0;  ///< bit mask of those it was given to; 0 while it queues
  std::int32_t leader = 0;  ///< the core whose thread runs it
  bool computed = false;
  std::int64_t remaining_ns = 0;  ///< of the declared time
  std::int32_t pieces = 0;        ///< how often it was started or resumed
  std::int32_t status = HB_UCP_SUCCESS;
};

/// What hbDNNInferV2 creates and hbUCPSubmitTask starts. Its slot in the pool is reused for later tasks.
class Task {
 public:
  enum class State : std::int32_t { kCreated, kBeingEdited, kSubmitted };

  TaskLife life;
  std::atomic<State> state{State::kCreated};
  hbUCPTaskHandle_t handle = nullptr;  ///< of this life

  std::vector<SubTask> sub_tasks;
  hbUCPSchedParam sched{};
  std::uint64_t number = 0;  ///< of all tasks of the process, for the trace

  hbUCPTaskDoneCb callback = nullptr;
  void* callback_data = nullptr;

  /// 0 is an ordinary task; higher classes preempt lower ones.
  std::int32_t preemption_class() const {
    return sched.priority < kFirstPreemptingPriority ? 0 : sched.priority - kFirstPreemptingPriority + 1;
  }
  const char* model() const { return sub_tasks.front().job->traits().model; }

  void append(Job* job);
  /// Resets everything except its life; jobs return to their owners.
  void clear();

  /// A sub-task has ended. The last one ends the task, which the caller must not use any more.
  void finish(const SubTask& sub_task) noexcept;
  bool done() const { return done_.value() != 0; }
  bool wait(std::int64_t deadline_ns) { return done_.wait_while(0, deadline_ns); }
  /// After done().
  std::int32_t status() const { return status_; }
  const std::string& failure() const { return failure_; }

  void mark_submitted();
  void callback_returned() { callback_over_.set(1); }
  bool callback_is_over() const { return callback_over_.value() != 0; }
  void wait_for_callback() { callback_over_.wait_while(0); }

 private:
  std::atomic<std::int32_t> unfinished_{0};
  std::atomic_flag failed_ = ATOMIC_FLAG_INIT;
  std::int32_t status_ = HB_UCP_SUCCESS;  ///< of the first sub-task that failed
  std::string failure_;                   ///< its cause
  Event done_;
  Event callback_over_;
};

/// While this object exists, no other call can change a task that is not submitted yet.
class TaskEdit {
 public:
  explicit TaskEdit(Task& task) : task_(task) {
    Task::State expected = Task::State::kCreated;
    held_ = task_.state.compare_exchange_strong(expected, Task::State::kBeingEdited);
  }
  ~TaskEdit() {
    if (held_) {
      task_.state.store(Task::State::kCreated);
    }
  }
  TaskEdit(const TaskEdit&) = delete;
  TaskEdit& operator=(const TaskEdit&) = delete;

  /// False if the task is submitted, or another thread is changing it.
  explicit operator bool() const { return held_; }
  /// Ends the exclusive access without restoring the state.
  void leave() { held_ = false; }

 private:
  Task& task_;
  bool held_ = false;
};

}  // namespace hbm_sim
