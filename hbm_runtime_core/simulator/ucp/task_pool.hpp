// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "ucp/task.hpp"

namespace hbm_sim {

/// A task that exists as long as one call uses it; empty if there is none.
class PinnedTask {
 public:
  PinnedTask() = default;
  explicit PinnedTask(Task* pinned) : task_(pinned) {}
  PinnedTask(PinnedTask&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  PinnedTask& operator=(PinnedTask&&) = delete;
  ~PinnedTask();

  explicit operator bool() const { return task_ != nullptr; }
  Task* operator->() const { return task_; }
  Task& operator*() const { return *task_; }

 private:
  Task* task_ = nullptr;
};

/// The fixed number of tasks that may exist at a time. Handles contain slot and generation, so stale ones are detected.
class TaskPool {
 public:
  static TaskPool& instance();

  /// Null where all are taken.
  Task* create();
  PinnedTask find(hbUCPTaskHandle_t handle) const;
  /// Drops one user; the last one after the release frees the slot.
  void unpin(Task& task);

 private:
  TaskPool();

  const std::int32_t limit_;
  std::unique_ptr<Task[]> tasks_;
  std::mutex mutex_;
  std::vector<Task*> free_;
};

}  // namespace hbm_sim
