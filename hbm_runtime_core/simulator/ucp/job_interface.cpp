// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// What libdnn uses besides the C API.
#include <exception>
#include <new>
#include <string>

#include "ucp/configuration.hpp"
#include "ucp/device_memory.hpp"
#include "ucp/faults.hpp"
#include "ucp/job.hpp"
#include "ucp/messages.hpp"
#include "ucp/process_check.hpp"
#include "ucp/simulated_bpu.hpp"
#include "ucp/task_checks.hpp"
#include "ucp/task_start.hpp"

namespace {

using hbm_sim::PinnedTask;
using hbm_sim::Task;

/// A job that the caller owns.
class CallerOwnedJob final : public hbm_sim::Job {
 public:
  explicit CallerOwnedJob(hbm_sim::Job& job) : job_(job) {}
  const hbm_sim::JobTraits& traits() const noexcept override { return job_.traits(); }
  std::int32_t execute(std::int32_t core) noexcept override { return job_.execute(core); }
  void recycle() noexcept override {}

 private:
  hbm_sim::Job& job_;
};

/// Releases a task whose handle was not returned to anybody.
class HandleRelease {
 public:
  explicit HandleRelease(Task& task) : task_(task) {}
  ~HandleRelease() { task_.life.release_handle(); }
  HandleRelease(const HandleRelease&) = delete;
  HandleRelease& operator=(const HandleRelease&) = delete;

 private:
  Task& task_;
};

std::int32_t create_task(hbUCPTaskHandle_t* handle, hbm_sim::Job* job) {
  Task* task = hbm_sim::TaskPool::instance().create();
  if (task == nullptr) {
    return hbm_sim_fail(HB_UCP_TASK_NUMBER_EXCEED_LIMIT,
                        "all %d tasks exist already: release those that are done (HB_UCP_MAX_TASK_NUM sets the limit)",
                        hbm_sim::configuration().task_limit);
  }
  task->append(job);
  *handle = task->handle;
  return HB_UCP_SUCCESS;
}

std::int32_t append_to_task(hbUCPTaskHandle_t handle, hbm_sim::Job* job) {
  std::int32_t status = HB_UCP_SUCCESS;
  const PinnedTask task = hbm_sim::find_task("hbDNNInferV2", handle, &status);
  if (!task) {
    return status;
  }
  const hbm_sim::TaskEdit edit(*task);
  if (!edit) {
    return hbm_sim::refuse_edit("hbDNNInferV2", *task);
  }
  const hbm_sim::JobTraits& first = task->sub_tasks.front().job->traits();
  for (const hbm_sim::JobTraits* traits : {&first, &job->traits()}) {
    if (traits->bpu_cores > 1) {
      return hbm_sim_fail(HB_UCP_API_USE_ERROR,
                          "hbDNNInferV2: model '%s' is compiled for %d BPU cores and needs a task of its own",
                          traits->model, traits->bpu_cores);
    }
  }
  task->append(job);
  return HB_UCP_SUCCESS;
}

}  // namespace

extern "C" {

std::int32_t hbm_sim_enter(const char* function, const char* model) {
  const std::int32_t status = hbm_sim::check_process(function);
  return status != HB_UCP_SUCCESS ? status : hbm_sim::Faults::instance().apply(function, model);
}

std::int32_t hbm_sim_task_add(hbUCPTaskHandle_t* handle, hbm_sim::Job* job) try {
  return *handle == nullptr ? create_task(handle, job) : append_to_task(*handle, job);
} catch (const std::bad_alloc&) {
  return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "hbDNNInferV2: the host's memory is exhausted");
}

std::int32_t hbm_sim_task_job(hbUCPTaskHandle_t handle, std::int32_t index, hbm_sim::Job** job) try {
  std::int32_t status = HB_UCP_SUCCESS;
  const PinnedTask task = hbm_sim::find_task("hbDNNGetTaskOutputTensorProperties", handle, &status);
  if (!task) {
    return status;
  }
  if (task->state.load() != Task::State::kSubmitted || !task->done()) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID,
                        "hbDNNGetTaskOutputTensorProperties: the task is not done; wait for it first");
  }
  if (index < 0 || index >= static_cast<std::int32_t>(task->sub_tasks.size())) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT,
                        "hbDNNGetTaskOutputTensorProperties: sub-task must be 0 to %zu, got %d",
                        task->sub_tasks.size() - 1, index);
  }
  *job = task->sub_tasks[static_cast<std::size_t>(index)].job;
  return HB_UCP_SUCCESS;
} catch (const std::bad_alloc&) {
  return HB_UCP_MEM_ALLOC_FAIL;
}

std::int32_t hbm_sim_run_now(hbm_sim::Job* job) try {
  if (job->traits().bpu_cores > 1) {
    return hbm_sim_fail(HB_UCP_API_USE_ERROR,
                        "hbDNNInferV2: model '%s' is compiled for %d BPU cores and has no synchronous form",
                        job->traits().model, job->traits().bpu_cores);
  }
  // As a task, so that it is scheduled like any other; but not through the C API, whose injected faults are meant for
  // programs that call it.
  CallerOwnedJob borrowed(*job);
  hbUCPTaskHandle_t handle = nullptr;
  std::int32_t status = create_task(&handle, &borrowed);
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  const PinnedTask task = hbm_sim::find_task("hbDNNInferV2", handle, &status);
  const HandleRelease release(*task);
  hbm_sim::TaskEdit edit(*task);
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  status = hbm_sim::start_task(*task, edit, sched);
  if (status != HB_UCP_SUCCESS) {
    return status;
  }
  task->wait(hbm_sim::kNever);
  if (task->status() != HB_UCP_SUCCESS) {
    hbm_sim::set_last_error(task->failure().c_str());
  }
  return task->status();
} catch (const std::exception&) {
  return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "hbDNNInferV2: the host has no more memory or threads");
}

std::int32_t hbm_sim_memory_check(const hbUCPSysMem* window) {
  return hbm_sim::DeviceMemory::instance().check_mapping(*window);
}

const char* hbm_sim_soc(void) { return hbm_sim::configuration().soc.name; }

std::int32_t hbm_sim_core_count(void) { return hbm_sim::configuration().soc.core_count; }

std::int32_t hbm_sim_core_count_of(const char* soc) { return hbm_sim::core_count_of(soc); }

std::int32_t hbm_sim_stride_alignment(void) { return hbm_sim::configuration().soc.stride_alignment; }

std::int64_t hbm_sim_core_busy_us(std::int32_t core) {
  if (core < 0 || core >= hbm_sim::configuration().soc.core_count) {
    return -1;
  }
  return hbm_sim::SimulatedBpu::instance().busy_us(core);
}

std::int32_t hbm_sim_set_faults(const char* text) try {
  const std::string problem = hbm_sim::Faults::instance().replace(text);
  if (problem.empty()) {
    return HB_UCP_SUCCESS;
  }
  return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "faults: %s", problem.c_str());
} catch (const std::bad_alloc&) {
  return HB_UCP_MEM_ALLOC_FAIL;
}
}
