// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task_callbacks.hpp"

#include "ucp/service_thread.hpp"
#include "ucp/task.hpp"

namespace hbm_sim {
namespace {

thread_local const Task* current = nullptr;

}  // namespace

TaskCallbacks& TaskCallbacks::instance() {
  // Never destroyed: its thread runs until the process ends.
  static TaskCallbacks* callbacks = new TaskCallbacks;
  return *callbacks;
}

void TaskCallbacks::call(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&task);
    if (!started_) {
      start_service_thread("bpu-callbacks", [this] { run(); });
      started_ = true;
    }
  }
  added_.increment();
}

bool TaskCallbacks::inside(const Task& task) { return current == &task; }

void TaskCallbacks::released_inside() { current = nullptr; }

void TaskCallbacks::run() {
  std::vector<Task*> batch;
  for (;;) {
    const uint32_t ticket = added_.value();
    {
      const std::lock_guard lock(mutex_);
      batch.swap(waiting_);
    }
    if (batch.empty()) added_.wait_while(ticket);
    for (Task* task : batch) {
      current = task;
      task->callback(task->handle, task->status(), task->callback_data);
      if (current != nullptr) task->callback_returned();
      current = nullptr;
    }
    batch.clear();
  }
}

}  // namespace hbm_sim
