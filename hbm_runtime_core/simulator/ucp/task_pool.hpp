// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_TASK_POOL_HPP_
#define HBM_SIM_UCP_TASK_POOL_HPP_

#include <memory>
#include <mutex>
#include <vector>

#include "ucp/task.hpp"

namespace hbm_sim {

/// The fixed number of tasks that may exist at a time. Handles say slot and generation, so stale ones are found out.
class TaskPool {
 public:
  static TaskPool& instance();

  /// Null where all are taken.
  Task* create();
  /// Null where the handle names no living task.
  Task* find(hbUCPTaskHandle_t handle) const;
  void release(Task& task);

 private:
  TaskPool();

  const int32_t limit_;
  std::unique_ptr<Task[]> tasks_;
  std::mutex mutex_;
  std::vector<Task*> free_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_TASK_POOL_HPP_
