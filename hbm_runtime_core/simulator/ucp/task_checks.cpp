// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task_checks.hpp"

namespace hbm_sim {

PinnedTask find_task(const char* function, hbUCPTaskHandle_t handle, std::int32_t* status) {
  if (handle == nullptr) {
    *status = hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: the task handle is NULL", function);
    return PinnedTask();
  }
  PinnedTask task = TaskPool::instance().find(handle);
  if (!task) {
    *status = hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "%s: the task %p does not exist (released already?)", function,
                           handle);
  }
  return task;
}

std::int32_t refuse_edit(const char* function, const Task& task) {
  const bool submitted = task.state.load() == Task::State::kSubmitted;
  return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "%s: the task is %s", function,
                      submitted ? "already submitted or released" : "in use by another thread at the same time");
}

}  // namespace hbm_sim
