// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task_start.hpp"

#include <atomic>

#include "ucp/configuration.hpp"
#include "ucp/simulated_bpu.hpp"

namespace hbm_sim {
namespace {

/// Checks the parameters, and gives each sub-task its mask of cores.
std::int32_t check_schedule(Task& task, const hbUCPSchedParam& sched) {
  if (sched.priority < HB_UCP_PRIORITY_LOWEST || sched.priority > HB_UCP_PRIORITY_HIGHEST) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: priority must be 0 to 255, got %d", sched.priority);
  }
  if (sched.deviceId != 0) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: device 0 is the only one, got %u", sched.deviceId);
  }
  for (SubTask& sub_task : task.sub_tasks) {
    const std::int32_t status =
        SimulatedBpu::resolve_cores(sub_task.job->traits(), sched.backend, &sub_task.allowed_cores);
    if (status != HB_UCP_SUCCESS) {
      return status;
    }
  }
  return HB_UCP_SUCCESS;
}

}  // namespace

std::int32_t start_task(Task& task, TaskEdit& edit, const hbUCPSchedParam& sched) {
  if (const std::int32_t status = check_schedule(task, sched); status != HB_UCP_SUCCESS) {
    return status;
  }
  SimulatedBpu& device = SimulatedBpu::instance();
  const bool runs_here = configuration().inline_execution;
  if (!runs_here) {
    device.prepare(task.sub_tasks.size());
  }

  static std::atomic<std::uint64_t> numbers{0};
  task.sched = sched;
  task.number = ++numbers;
  edit.leave();
  task.mark_submitted();
  if (!runs_here) {
    device.submit(task);
    return HB_UCP_SUCCESS;
  }
  for (SubTask& sub_task : task.sub_tasks) {
    device.run_inline(sub_task);
  }
  for (const SubTask& sub_task : task.sub_tasks) {
    task.finish(sub_task);
  }
  return HB_UCP_SUCCESS;
}

}  // namespace hbm_sim
