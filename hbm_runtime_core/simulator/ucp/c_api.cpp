// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The C API of libhbucp: tasks, versions and the log.
#include <new>
#include <system_error>

#include "hobot/hb_ucp.h"
#include "ucp/configuration.hpp"
#include "ucp/faults.hpp"
#include "ucp/messages.hpp"
#include "ucp/process_check.hpp"
#include "ucp/task_callbacks.hpp"
#include "ucp/task_checks.hpp"
#include "ucp/task_start.hpp"

namespace {

using hbm_sim::Faults;
using hbm_sim::PinnedTask;
using hbm_sim::Task;
using hbm_sim::TaskCallbacks;
using hbm_sim::TaskEdit;

#define HBM_SIM_STRING_(x) #x
#define HBM_SIM_STRING(x) HBM_SIM_STRING_(x)
constexpr char kVersion[] = HBM_SIM_STRING(HB_UCP_VERSION_MAJOR) "." HBM_SIM_STRING(
    HB_UCP_VERSION_MINOR) "." HBM_SIM_STRING(HB_UCP_VERSION_PATCH);

/// Reports that the host is out of memory or threads; the task stays as it was.
std::int32_t host_is_exhausted(const char* function) {
  return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "%s: the host has no more memory or threads", function);
}

}  // namespace

extern "C" {

std::int32_t hbUCPSubmitTask(hbUCPTaskHandle_t handle, hbUCPSchedParam* sched) try {
  std::int32_t status = hbm_sim::check_process("hbUCPSubmitTask");
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  const PinnedTask task = hbm_sim::find_task("hbUCPSubmitTask", handle, &status);
  if (!task) {
    return status;
  }
  if (sched == nullptr) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: sched_param is null pointer");
  }
  TaskEdit edit(*task);
  if (!edit) {
    return hbm_sim::refuse_edit("hbUCPSubmitTask", *task);
  }
  status = Faults::instance().apply("hbUCPSubmitTask", task->model());
  return status != HB_UCP_SUCCESS ? status : hbm_sim::start_task(*task, edit, *sched);
} catch (const std::bad_alloc&) {
  return host_is_exhausted("hbUCPSubmitTask");
} catch (const std::system_error&) {
  return host_is_exhausted("hbUCPSubmitTask");
}

std::int32_t hbUCPWaitTaskDone(hbUCPTaskHandle_t handle, std::int32_t timeoutMs) try {
  std::int32_t status = hbm_sim::check_process("hbUCPWaitTaskDone");
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  const PinnedTask task = hbm_sim::find_task("hbUCPWaitTaskDone", handle, &status);
  if (!task) {
    return status;
  }
  if (task->state.load() != Task::State::kSubmitted) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbUCPWaitTaskDone: the task is not submitted");
  }
  const std::int64_t deadline =
      timeoutMs > 0 ? hbm_sim::now_ns() + std::int64_t{timeoutMs} * 1'000'000 : hbm_sim::kNever;
  if (!task->wait(deadline)) {
    // Not logged, because a caller that polls expects it.
    hbm_sim::set_last_error("hbUCPWaitTaskDone: the task is not done when the time is over");
    return HB_UCP_TASK_TIMEOUT;
  }
  status = Faults::instance().apply("hbUCPWaitTaskDone", task->model());
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  if (task->status() != HB_UCP_SUCCESS) {
    hbm_sim::set_last_error(task->failure().c_str());
  }
  return task->status();
} catch (const std::bad_alloc&) {
  return host_is_exhausted("hbUCPWaitTaskDone");
}

std::int32_t hbUCPSetTaskDoneCb(hbUCPTaskHandle_t handle, hbUCPTaskDoneCb callback, void* userdata) try {
  std::int32_t status = hbm_sim_enter("hbUCPSetTaskDoneCb", nullptr);
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  const PinnedTask task = hbm_sim::find_task("hbUCPSetTaskDoneCb", handle, &status);
  if (!task) {
    return status;
  }
  if (callback == nullptr) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSetTaskDoneCb: the callback is NULL");
  }
  const TaskEdit edit(*task);
  if (!edit) {
    return hbm_sim::refuse_edit("hbUCPSetTaskDoneCb", *task);
  }
  TaskCallbacks::instance().prepare();
  task->callback = callback;
  task->callback_data = userdata;
  return HB_UCP_SUCCESS;
} catch (const std::bad_alloc&) {
  return host_is_exhausted("hbUCPSetTaskDoneCb");
} catch (const std::system_error&) {
  return host_is_exhausted("hbUCPSetTaskDoneCb");
}

std::int32_t hbUCPReleaseTask(hbUCPTaskHandle_t handle) try {
  std::int32_t status = hbm_sim::check_process("hbUCPReleaseTask");
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  const PinnedTask task = hbm_sim::find_task("hbUCPReleaseTask", handle, &status);
  if (!task) {
    return status;
  }
  TaskEdit edit(*task);
  if (!edit && task->state.load() != Task::State::kSubmitted) {
    return hbm_sim::refuse_edit("hbUCPReleaseTask", *task);
  }
  status = Faults::instance().apply("hbUCPReleaseTask", task->model());
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  if (!edit) {
    // The device still reads and writes the caller's buffers, and the callback's data is the caller's too.
    task->wait(hbm_sim::kNever);
    if (task->callback != nullptr) {
      TaskCallbacks::instance().complete(*task);
    }
  }
  // A task that was never submitted stays locked until it is cleared, so that no other thread submits it.
  edit.leave();
  if (task->life.release_handle()) {
    return HB_UCP_SUCCESS;
  }
  return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbUCPReleaseTask: another thread has released the task %p", handle);
} catch (const std::bad_alloc&) {
  return host_is_exhausted("hbUCPReleaseTask");
}

char const* hbUCPGetVersion(void) { return kVersion; }

char const* hbUCPGetSocName(void) { return hbm_sim::configuration().soc.description; }

// Nothing to flush: lines are written at once.
std::int32_t hbUCPFlushLog(void) { return hbm_sim_enter("hbUCPFlushLog", nullptr); }
}
