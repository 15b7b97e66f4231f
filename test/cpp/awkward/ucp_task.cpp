// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "awkward.hpp"

namespace {

using Clock = std::chrono::steady_clock;

enum class State { kCreated, kSubmitted, kDone };

struct Task {
  awkward::TaskRequest request;
  // What the arrays held at InferV2; they must still hold it at the release.
  std::vector<hbDNNTensor> seen_inputs;
  std::vector<hbDNNTensor> seen_outputs;
  std::vector<hbDNNTensorProperties> reported;
  State state = State::kCreated;
  hbUCPSchedParam sched = {};
  std::uint64_t arrival = 0;
  std::int32_t status = 0;
  Clock::duration run_time{0};
};

struct Pool {
  std::mutex mutex;
  std::condition_variable changed;
  std::set<Task*> tasks;
  int most = 0;
  std::uint64_t arrivals = 0;
  std::int64_t release_us = 0;
  bool worker_started = false;
  bool is_held = false;
  bool completes_twice = false;
};

thread_local std::int32_t releases_here = 0;

Pool& pool() {
  static auto* pool = new Pool;
  return *pool;
}

std::size_t pool_size() {
  const char* text = std::getenv("HB_UCP_MAX_TASK_NUM");
  return text != nullptr ? static_cast<std::size_t>(std::atoi(text)) : 32;
}

Task* next_task() {
  Task* best = nullptr;
  if (pool().is_held) {
    return best;
  }
  for (Task* task : pool().tasks) {
    const bool waiting = task->state == State::kSubmitted && task->run_time == Clock::duration{0};
    if (waiting && (best == nullptr || task->sched.priority > best->sched.priority ||
                    (task->sched.priority == best->sched.priority && task->arrival < best->arrival))) {
      best = task;
    }
  }
  return best;
}

// One core, one task at a time.
void work() {
  std::unique_lock<std::mutex> lock(pool().mutex);
  while (true) {
    Task* task = nullptr;
    pool().changed.wait(lock, [&task] { return (task = next_task()) != nullptr; });
    task->run_time = Clock::duration{1};
    lock.unlock();
    const auto start = Clock::now();
    std::this_thread::sleep_for(std::chrono::microseconds(task->request.latency_us));
    const std::int32_t status =
        task->request.work(task->request.context, task->request.outputs, task->request.inputs, &task->reported);
    lock.lock();
    task->run_time = Clock::now() - start;
    task->status = status;
    task->state = State::kDone;
    pool().changed.notify_all();
  }
}

Task* find(hbUCPTaskHandle_t handle) {
  auto* task = static_cast<Task*>(handle);
  return pool().tasks.count(task) != 0 ? task : nullptr;
}

bool same(const std::vector<hbDNNTensor>& seen, const hbDNNTensor* now) {
  return seen.empty() || std::memcmp(seen.data(), now, seen.size() * sizeof(hbDNNTensor)) == 0;
}

bool memory_alive(const std::vector<hbDNNTensor>& tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const hbDNNTensor& tensor) {
    return awkward::device_side(tensor.sysMem, tensor.sysMem.memSize) != nullptr;
  });
}

}  // namespace

namespace awkward {

hbUCPTaskHandle_t create_task(const TaskRequest& request) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  if (pool().tasks.size() >= pool_size()) {
    return nullptr;
  }
  auto* task = new Task;
  task->request = request;
  task->seen_inputs.assign(request.inputs, request.inputs + request.input_count);
  task->seen_outputs.assign(request.outputs, request.outputs + request.output_count);
  pool().tasks.insert(task);
  pool().most = std::max(pool().most, static_cast<int>(pool().tasks.size()));
  return task;
}

const std::vector<hbDNNTensorProperties>* reported_by(hbUCPTaskHandle_t handle) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  const Task* task = find(handle);
  return task != nullptr && task->state == State::kDone ? &task->reported : nullptr;
}

int live_tasks() {
  std::lock_guard<std::mutex> lock(pool().mutex);
  return static_cast<int>(pool().tasks.size());
}

int live_tasks_of(const void* context) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  return static_cast<int>(std::count_if(pool().tasks.begin(), pool().tasks.end(),
                                        [context](const Task* task) { return task->request.context == context; }));
}

}  // namespace awkward

extern "C" {

std::int32_t hbUCPSubmitTask(hbUCPTaskHandle_t handle, hbUCPSchedParam* sched) {
  AWKWARD_MAY_FAIL();
  std::lock_guard<std::mutex> lock(pool().mutex);
  Task* task = find(handle);
  if (task == nullptr || task->state != State::kCreated) {
    return HB_UCP_TASK_HANDLE_INVALID;
  }
  if (sched == nullptr || (sched->backend & ~(HB_UCP_BPU_CORE_0 | HB_UCP_BPU_CORE_ANY)) != 0 || sched->deviceId != 0) {
    return HB_UCP_INVALID_ARGUMENT;
  }
  if (!pool().worker_started) {
    std::thread(&work).detach();
    pool().worker_started = true;
  }
  task->sched = *sched;
  task->arrival = ++pool().arrivals;
  task->state = State::kSubmitted;
  pool().changed.notify_all();
  return 0;
}

std::int32_t hbUCPWaitTaskDone(hbUCPTaskHandle_t handle, std::int32_t timeout_ms) {
  std::unique_lock<std::mutex> lock(pool().mutex);
  Task* task = find(handle);
  if (task == nullptr || task->state == State::kCreated) {
    return HB_UCP_TASK_HANDLE_INVALID;
  }
  pool().changed.wait(lock, [task] { return task->state == State::kDone; });
  AWKWARD_MAY_FAIL();
  if (timeout_ms > 0 && task->run_time > std::chrono::milliseconds(timeout_ms)) {
    return HB_UCP_TASK_TIMEOUT;
  }
  return task->status;
}

std::int32_t hbUCPReleaseTask(hbUCPTaskHandle_t handle) {
  ++releases_here;
  std::int64_t release_us = 0;
  {
    std::unique_lock<std::mutex> lock(pool().mutex);
    Task* task = find(handle);
    if (task == nullptr) {
      awkward::record_violation("hbUCPReleaseTask of a handle that is none");
      return HB_UCP_TASK_HANDLE_INVALID;
    }
    if (task->state == State::kSubmitted) {
      awkward::record_violation("hbUCPReleaseTask of a task that runs");
      return HB_UCP_API_USE_ERROR;
    }
    if (!same(task->seen_inputs, task->request.inputs) || !same(task->seen_outputs, task->request.outputs)) {
      awkward::record_violation("tensor array changed before the release of its task");
    }
    if (!memory_alive(task->seen_inputs) || !memory_alive(task->seen_outputs)) {
      awkward::record_violation("memory freed before the release of its task");
    }
    if (pool().completes_twice && task->state == State::kDone) {
      std::vector<hbDNNTensorProperties> reported;
      task->request.work(task->request.context, task->request.outputs, task->request.inputs, &reported);
    }
    release_us = pool().release_us;
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::microseconds(release_us));
    lock.lock();
    pool().tasks.erase(task);
    delete task;
    pool().changed.notify_all();
  }
  AWKWARD_MAY_FAIL();
  return 0;
}

std::int32_t hbUCPSetTaskDoneCb(hbUCPTaskHandle_t, hbUCPTaskDoneCb, void*) { return HB_UCP_API_USE_ERROR; }

std::int32_t hbUCPFlushLog(void) { return 0; }

void awkward_hold(bool held) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  pool().is_held = held;
  pool().changed.notify_all();
}

void awkward_complete_twice(bool twice) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  pool().completes_twice = twice;
}

void awkward_set_release_us(std::int64_t microseconds) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  pool().release_us = microseconds;
}

std::int32_t awkward_live_tasks(void) { return awkward::live_tasks(); }

std::int32_t awkward_releases_here(void) { return releases_here; }

std::int32_t awkward_most_tasks(void) {
  std::lock_guard<std::mutex> lock(pool().mutex);
  return pool().most;
}

}  // extern "C"
