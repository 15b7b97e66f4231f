// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_TASK_CALLBACKS_HPP_
#define HBM_SIM_UCP_TASK_CALLBACKS_HPP_

#include <mutex>
#include <vector>

#include "ucp/event.hpp"

namespace hbm_sim {

class Task;

/// The library's thread that runs done callbacks, so that a slow one holds up no core.
class TaskCallbacks {
 public:
  static TaskCallbacks& instance();

  void call(Task& task);

  /// Whether the calling thread is inside this task's callback.
  static bool inside(const Task& task);
  /// To be called when a task is released inside its own callback: nobody will touch it after that.
  static void released_inside();

 private:
  void run();

  std::mutex mutex_;
  bool started_ = false;
  std::vector<Task*> waiting_;
  Event added_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_TASK_CALLBACKS_HPP_
