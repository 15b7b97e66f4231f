// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The C API of libhbucp, and what libdnn uses beside it.
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "hobot/hb_ucp.h"
#include "ucp/configuration.hpp"
#include "ucp/device.hpp"
#include "ucp/device_memory.hpp"
#include "ucp/faults.hpp"
#include "ucp/job.hpp"
#include "ucp/messages.hpp"
#include "ucp/task_callbacks.hpp"
#include "ucp/task_pool.hpp"

namespace {

using hbm_sim::Task;

constexpr uint64_t kMaxBlockBytes = uint64_t{1} << 40;

#define HBM_SIM_STRING_(x) #x
#define HBM_SIM_STRING(x) HBM_SIM_STRING_(x)
constexpr char kVersion[] = HBM_SIM_STRING(HB_UCP_VERSION_MAJOR) "." HBM_SIM_STRING(
    HB_UCP_VERSION_MINOR) "." HBM_SIM_STRING(HB_UCP_VERSION_PATCH);

std::atomic<bool> forked{false};

/// The environment's error, or the first fault text's; empty where all is well.
const std::string& startup_problem() {
  static const std::string problem = [] {
    pthread_atfork(nullptr, nullptr, [] { forked.store(true); });
    if (!hbm_sim::configuration().error.empty()) return hbm_sim::configuration().error;
    const char* faults = std::getenv("HBM_SIM_FAULTS");
    std::string unreadable = faults != nullptr ? hbm_sim::Faults::instance().replace(faults) : std::string();
    return unreadable.empty() ? unreadable : "environment variable HBM_SIM_FAULTS: " + unreadable;
  }();
  return problem;
}

int32_t check_process(const char* function) {
  const std::string& problem = startup_problem();
  if (!problem.empty()) return hbm_sim_fail(HB_UCP_INIT_FAILED, "%s: %s", function, problem.c_str());
  if (forked.load(std::memory_order_relaxed)) {
    return hbm_sim_fail(
        HB_UCP_API_USE_ERROR,
        "%s: this process was forked off one that used the library, and the device's threads are not in "
        "it; start processes with spawn, or use the library after the fork only",
        function);
  }
  return HB_UCP_SUCCESS;
}

/// The living task of a handle, or null with the status explained.
Task* find_task(const char* function, hbUCPTaskHandle_t handle, int32_t* status) {
  if (handle == nullptr) {
    *status = hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: the task handle is NULL", function);
    return nullptr;
  }
  Task* task = hbm_sim::TaskPool::instance().find(handle);
  if (task == nullptr) {
    *status = hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "%s: the task %p does not exist (released already?)", function,
                           handle);
  }
  return task;
}

int32_t check_schedule(Task& task, const hbUCPSchedParam& sched) {
  if (sched.priority < HB_UCP_PRIORITY_LOWEST || sched.priority > HB_UCP_PRIORITY_HIGHEST) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: priority must be 0 to 255, got %d", sched.priority);
  }
  if (sched.deviceId != 0) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: device 0 is the only one, got %u", sched.deviceId);
  }
  for (hbm_sim::SubTask& sub_task : task.sub_tasks) {
    const int32_t status =
        hbm_sim::Device::resolve_cores(sub_task.job->traits(), sched.backend, &sub_task.allowed_cores);
    if (status != HB_UCP_SUCCESS) return status;
  }
  return HB_UCP_SUCCESS;
}

int32_t allocate(const char* function, hbUCPSysMem* memory, uint64_t size, int32_t device) {
  if (const int32_t status = hbm_sim_enter(function, nullptr); status != 0) return status;
  if (memory == nullptr) return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: the memory struct is NULL", function);
  if (size == 0 || size > kMaxBlockBytes) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: a size of %llu bytes makes no sense", function,
                        static_cast<unsigned long long>(size));
  }
  if (device != 0) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: device 0 is the only one, got %d", function, device);
  }
  return hbm_sim::DeviceMemory::instance().allocate(memory, size);
}

}  // namespace

extern "C" {

int32_t hbUCPMalloc(hbUCPSysMem* mem, uint64_t size, int32_t deviceId) {
  return allocate("hbUCPMalloc", mem, size, deviceId);
}

int32_t hbUCPMallocCached(hbUCPSysMem* mem, uint64_t size, int32_t deviceId) {
  return allocate("hbUCPMallocCached", mem, size, deviceId);
}

int32_t hbUCPFree(hbUCPSysMem* mem) {
  if (const int32_t status = hbm_sim_enter("hbUCPFree", nullptr); status != 0) return status;
  if (mem == nullptr) return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPFree: the memory struct is NULL");
  return hbm_sim::DeviceMemory::instance().release(mem);
}

int32_t hbUCPMemFlush(hbUCPSysMem const* mem, int32_t flag) {
  if (const int32_t status = hbm_sim_enter("hbUCPMemFlush", nullptr); status != 0) return status;
  if (mem == nullptr) return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPMemFlush: the memory struct is NULL");
  if (flag != HB_SYS_MEM_CACHE_INVALIDATE && flag != HB_SYS_MEM_CACHE_CLEAN) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPMemFlush: flag must be 1 (invalidate) or 2 (clean), got %d",
                        flag);
  }
  if (!hbm_sim::DeviceMemory::instance().contains(*mem)) {
    return hbm_sim_fail(HB_UCP_MEM_IS_INVALID, "hbUCPMemFlush: %p with %llu bytes is not in a block of device memory",
                        mem->virAddr, static_cast<unsigned long long>(mem->memSize));
  }
  return HB_UCP_SUCCESS;
}

int32_t hbUCPSubmitTask(hbUCPTaskHandle_t handle, hbUCPSchedParam* sched) {
  if (const int32_t status = check_process("hbUCPSubmitTask"); status != 0) return status;
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbUCPSubmitTask", handle, &status);
  if (task == nullptr) return status;
  if (sched == nullptr) return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSubmitTask: sched_param is null pointer");
  if (task->state.load() != Task::State::kCreated) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbUCPSubmitTask: the task is already submitted or released");
  }
  status = hbm_sim::Faults::instance().apply("hbUCPSubmitTask", task->model());
  if (status == HB_UCP_SUCCESS) status = check_schedule(*task, *sched);
  if (status != HB_UCP_SUCCESS) return status;

  static std::atomic<uint64_t> numbers{0};
  task->sched = *sched;
  task->number = ++numbers;
  task->mark_submitted();
  if (hbm_sim::configuration().inline_execution) {
    for (hbm_sim::SubTask& sub_task : task->sub_tasks) hbm_sim::Device::instance().run_inline(sub_task);
    // After the last one the task may be gone, and with it the list that a loop would stand in.
    const size_t count = task->sub_tasks.size();
    for (size_t index = 0; index < count; ++index) task->finish(task->sub_tasks[index]);
  } else {
    hbm_sim::Device::instance().submit(*task);
  }
  return HB_UCP_SUCCESS;
}

int32_t hbUCPWaitTaskDone(hbUCPTaskHandle_t handle, int32_t timeoutMs) {
  if (const int32_t status = check_process("hbUCPWaitTaskDone"); status != 0) return status;
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbUCPWaitTaskDone", handle, &status);
  if (task == nullptr) return status;
  if (task->state.load() != Task::State::kSubmitted) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbUCPWaitTaskDone: the task is not submitted");
  }
  const int64_t deadline = timeoutMs > 0 ? hbm_sim::now_ns() + int64_t{timeoutMs} * 1'000'000 : hbm_sim::kNever;
  if (!task->wait(deadline)) {
    return hbm_sim_fail(HB_UCP_TASK_TIMEOUT, "hbUCPWaitTaskDone: the task is not done after %d ms", timeoutMs);
  }
  status = hbm_sim::Faults::instance().apply("hbUCPWaitTaskDone", task->model());
  if (status != HB_UCP_SUCCESS) return status;
  if (task->status() != HB_UCP_SUCCESS) hbm_sim::set_last_error(task->failure().c_str());
  return task->status();
}

int32_t hbUCPSetTaskDoneCb(hbUCPTaskHandle_t handle, hbUCPTaskDoneCb callback, void* userdata) {
  if (const int32_t status = hbm_sim_enter("hbUCPSetTaskDoneCb", nullptr); status != 0) return status;
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbUCPSetTaskDoneCb", handle, &status);
  if (task == nullptr) return status;
  if (callback == nullptr) return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPSetTaskDoneCb: the callback is NULL");
  if (task->state.load() != Task::State::kCreated) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbUCPSetTaskDoneCb: to be called before the task is submitted");
  }
  task->callback = callback;
  task->callback_data = userdata;
  return HB_UCP_SUCCESS;
}

int32_t hbUCPReleaseTask(hbUCPTaskHandle_t handle) {
  if (const int32_t status = check_process("hbUCPReleaseTask"); status != 0) return status;
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbUCPReleaseTask", handle, &status);
  if (task == nullptr) return status;
  status = hbm_sim::Faults::instance().apply("hbUCPReleaseTask", task->model());
  if (status != HB_UCP_SUCCESS) return status;
  if (task->state.load() == Task::State::kSubmitted) {
    // The device still reads and writes the caller's buffers, and the callback's data is the caller's too.
    task->wait(hbm_sim::kNever);
    if (task->callback != nullptr) {
      if (hbm_sim::TaskCallbacks::inside(*task)) {
        hbm_sim::TaskCallbacks::released_inside();
      } else {
        task->wait_for_callback();
      }
    }
  }
  hbm_sim::TaskPool::instance().release(*task);
  return HB_UCP_SUCCESS;
}

char const* hbUCPGetVersion(void) { return kVersion; }

char const* hbUCPGetSocName(void) { return hbm_sim::configuration().soc.description; }

// Lines are written as they come.
int32_t hbUCPFlushLog(void) { return HB_UCP_SUCCESS; }

int32_t hbm_sim_enter(const char* function, const char* model) {
  const int32_t status = check_process(function);
  return status != HB_UCP_SUCCESS ? status : hbm_sim::Faults::instance().apply(function, model);
}

int32_t hbm_sim_task_add(hbUCPTaskHandle_t* handle, hbm_sim::Job* job) try {
  if (*handle == nullptr) {
    Task* task = hbm_sim::TaskPool::instance().create();
    if (task == nullptr) {
      return hbm_sim_fail(
          HB_UCP_TASK_NUMBER_EXCEED_LIMIT,
          "all %d tasks exist already: release those that are done (HB_UCP_MAX_TASK_NUM sets the limit)",
          hbm_sim::configuration().task_limit);
    }
    task->append(job);
    *handle = task->handle;
    return HB_UCP_SUCCESS;
  }
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbDNNInferV2", *handle, &status);
  if (task == nullptr) return status;
  if (task->state.load() != Task::State::kCreated) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID, "hbDNNInferV2: the task is submitted, nothing can be appended");
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
} catch (const std::bad_alloc&) {
  return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "hbDNNInferV2: the host's memory is exhausted");
}

int32_t hbm_sim_task_job(hbUCPTaskHandle_t handle, int32_t index, hbm_sim::Job** job) {
  int32_t status = HB_UCP_SUCCESS;
  Task* task = find_task("hbDNNGetTaskOutputTensorProperties", handle, &status);
  if (task == nullptr) return status;
  if (task->state.load() != Task::State::kSubmitted || !task->done()) {
    return hbm_sim_fail(HB_UCP_TASK_HANDLE_INVALID,
                        "hbDNNGetTaskOutputTensorProperties: the task is not done; wait for it first");
  }
  if (index < 0 || index >= static_cast<int32_t>(task->sub_tasks.size())) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT,
                        "hbDNNGetTaskOutputTensorProperties: sub-task must be 0 to %zu, got %d",
                        task->sub_tasks.size() - 1, index);
  }
  *job = task->sub_tasks[static_cast<size_t>(index)].job;
  return HB_UCP_SUCCESS;
}

int32_t hbm_sim_run_now(hbm_sim::Job* job) {
  // Through a task like any other, so that the device's order holds for it too.
  struct Borrowed final : hbm_sim::Job {
    explicit Borrowed(hbm_sim::Job* owned) : job(owned) {}
    const hbm_sim::JobTraits& traits() const noexcept override { return job->traits(); }
    int32_t execute(int32_t core) noexcept override { return job->execute(core); }
    void recycle() noexcept override {}
    hbm_sim::Job* job;
  } borrowed(job);
  if (job->traits().bpu_cores > 1) {
    return hbm_sim_fail(HB_UCP_API_USE_ERROR,
                        "hbDNNInferV2: model '%s' is compiled for %d BPU cores and has no synchronous form",
                        job->traits().model, job->traits().bpu_cores);
  }
  hbUCPTaskHandle_t task = nullptr;
  int32_t status = hbm_sim_task_add(&task, &borrowed);
  if (status != HB_UCP_SUCCESS) return status;
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  status = hbUCPSubmitTask(task, &sched);
  if (status == HB_UCP_SUCCESS) status = hbUCPWaitTaskDone(task, 0);
  hbUCPReleaseTask(task);
  return status;
}

int32_t hbm_sim_memory_check(const hbUCPSysMem* window) {
  if (hbm_sim::DeviceMemory::instance().contains(*window)) return HB_UCP_SUCCESS;
  return hbm_sim_fail(HB_UCP_MEM_MAP_FAIL,
                      "hb_bpu_map failed: %p with %llu bytes does not lie in one block of device memory (hbUCPMalloc…)",
                      window->virAddr, static_cast<unsigned long long>(window->memSize));
}

const char* hbm_sim_soc(void) { return hbm_sim::configuration().soc.name; }

int32_t hbm_sim_core_count(void) { return hbm_sim::configuration().soc.core_count; }

int32_t hbm_sim_stride_alignment(void) { return hbm_sim::configuration().soc.stride_alignment; }

int64_t hbm_sim_core_busy_us(int32_t core) {
  if (core < 0 || core >= hbm_sim::configuration().soc.core_count) return -1;
  return hbm_sim::Device::instance().busy_us(core);
}

int32_t hbm_sim_set_faults(const char* text) {
  const std::string problem = hbm_sim::Faults::instance().replace(text);
  if (problem.empty()) return HB_UCP_SUCCESS;
  return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "faults: %s", problem.c_str());
}
}
