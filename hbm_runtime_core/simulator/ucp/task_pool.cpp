// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task_pool.hpp"

#include "ucp/configuration.hpp"

namespace hbm_sim {
namespace {

constexpr int kIndexBits = 16;

hbUCPTaskHandle_t make_handle(std::uint32_t generation, std::ptrdiff_t index) {
  return reinterpret_cast<hbUCPTaskHandle_t>((std::uintptr_t{generation} << kIndexBits) |
                                             static_cast<std::uintptr_t>(index + 1));
}

}  // namespace

PinnedTask::~PinnedTask() {
  if (task_ != nullptr) {
    TaskPool::instance().unpin(*task_);
  }
}

TaskPool& TaskPool::instance() {
  // Never destroyed: the device's threads use it until the process ends.
  static TaskPool* pool = new TaskPool;
  return *pool;
}

TaskPool::TaskPool() : limit_(configuration().task_limit), tasks_(new Task[static_cast<std::size_t>(limit_)]) {
  free_.reserve(static_cast<std::size_t>(limit_));
  for (std::int32_t index = limit_ - 1; index >= 0; --index) {
    tasks_[index].sub_tasks.reserve(1);
    free_.push_back(&tasks_[index]);
  }
}

Task* TaskPool::create() {
  Task* task = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      return nullptr;
    }
    task = free_.back();
    free_.pop_back();
  }
  task->handle = make_handle(task->life.generation(), task - tasks_.get());
  task->life.begin();
  return task;
}

PinnedTask TaskPool::find(hbUCPTaskHandle_t handle) const {
  const auto bits = reinterpret_cast<std::uintptr_t>(handle);
  const auto index = static_cast<std::int64_t>(bits & ((1u << kIndexBits) - 1)) - 1;
  const std::uint64_t generation = bits >> kIndexBits;
  if (index < 0 || index >= limit_ || generation > UINT32_MAX) {
    return PinnedTask();
  }
  Task& task = tasks_[index];
  return task.life.pin(static_cast<std::uint32_t>(generation)) ? PinnedTask(&task) : PinnedTask();
}

void TaskPool::unpin(Task& task) {
  if (!task.life.unpin()) {
    return;
  }
  task.clear();
  task.life.end();
  const std::lock_guard lock(mutex_);
  free_.push_back(&task);
}

}  // namespace hbm_sim
