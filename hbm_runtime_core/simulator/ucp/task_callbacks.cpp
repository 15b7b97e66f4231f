// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task_callbacks.hpp"

#include <algorithm>

#include "ucp/configuration.hpp"
#include "ucp/service_thread.hpp"
#include "ucp/task.hpp"

namespace hbm_sim {
namespace {

/// A callback that is running on this thread; another one may run inside it.
struct Running {
  Task* task;  ///< null once the callback itself has released it
  Running* outer;
};

thread_local Running* innermost = nullptr;

}  // namespace

TaskCallbacks& TaskCallbacks::instance() {
  // Never destroyed: its thread runs until the process ends.
  static TaskCallbacks* callbacks = new TaskCallbacks;
  return *callbacks;
}

TaskCallbacks::TaskCallbacks() {
  // Reserved when a task gets a callback, so that call() allocates nothing.
  waiting_.reserve(static_cast<std::size_t>(configuration().task_limit));
}

void TaskCallbacks::prepare() {
  const std::lock_guard lock(mutex_);
  if (started_) {
    return;
  }
  start_service_thread("bpu-callbacks", [this] { run(); });
  started_ = true;
}

void TaskCallbacks::call(Task& task) noexcept {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&task);
  }
  added_.increment();
}

void TaskCallbacks::complete(Task& task) {
  for (Running* running = innermost; running != nullptr; running = running->outer) {
    if (running->task != &task) {
      continue;
    }
    running->task = nullptr;
    task.callback_returned();
    return;
  }
  if (innermost == nullptr) {
    task.wait_for_callback();
    return;
  }
  while (!task.callback_is_over()) {
    const std::uint32_t ticket = added_.value();
    if (withdraw(task)) {
      invoke(task);
    } else {
      added_.wait_while(ticket);
    }
  }
}

bool TaskCallbacks::withdraw(Task& task) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(waiting_.begin(), waiting_.end(), &task);
  if (found == waiting_.end()) {
    return false;
  }
  waiting_.erase(found);
  return true;
}

void TaskCallbacks::invoke(Task& task) {
  Running running{&task, innermost};
  innermost = &running;
  task.callback(task.handle, task.status(), task.callback_data);
  innermost = running.outer;
  if (running.task == nullptr) {
    return;
  }
  // The last access: after it a release may return, by when the job must have returned to its owner.
  task.callback_returned();
}

void TaskCallbacks::run() {
  for (;;) {
    const std::uint32_t ticket = added_.value();
    Task* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!waiting_.empty()) {
        next = waiting_.front();
        waiting_.erase(waiting_.begin());
      }
    }
    if (next == nullptr) {
      added_.wait_while(ticket);
    } else {
      invoke(*next);
    }
  }
}

}  // namespace hbm_sim
