// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "ucp/event.hpp"

namespace hbm_sim {

class Task;

/// The library's thread that runs done callbacks, so that a slow one delays no core.
class TaskCallbacks {
 public:
  static TaskCallbacks& instance();

  /// To be called before a task gets a callback: starts the thread. Throws if that fails.
  void prepare();

  /// The task is done.
  void call(Task& task) noexcept;

  /// To be called before a task that is done is released: waits for its callback. Called inside that callback, it
  /// returns at once; inside another callback, which holds the thread, it runs the callback itself.
  void complete(Task& task);

 private:
  TaskCallbacks();
  [[noreturn]] void run();
  static void invoke(Task& task);
  /// Whether the task was waiting for the thread.
  bool withdraw(Task& task);

  std::mutex mutex_;
  bool started_ = false;
  std::vector<Task*> waiting_;  ///< in order of completion
  Event added_;
};

}  // namespace hbm_sim
