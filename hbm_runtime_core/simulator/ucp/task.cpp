// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/task.hpp"

#include <new>

#include "ucp/task_callbacks.hpp"

namespace hbm_sim {

void Task::append(Job* job) {
  SubTask sub_task;
  sub_task.task = this;
  sub_task.job = job;
  sub_task.index = static_cast<std::int32_t>(sub_tasks.size());
  sub_tasks.push_back(sub_task);
}

void Task::clear() {
  for (const SubTask& sub_task : sub_tasks) {
    sub_task.job->recycle();
  }
  sub_tasks.clear();
  callback = nullptr;
  callback_data = nullptr;
  failed_.clear();
  status_ = HB_UCP_SUCCESS;
  failure_.clear();
  done_.set(0);
  callback_over_.set(0);
  state.store(State::kCreated);
}

void Task::mark_submitted() {
  unfinished_.store(static_cast<std::int32_t>(sub_tasks.size()));
  state.store(State::kSubmitted);
}

void Task::finish(const SubTask& sub_task) noexcept {
  if (sub_task.status != HB_UCP_SUCCESS && !failed_.test_and_set()) {
    status_ = sub_task.status;
    try {
      failure_ = hbm_sim_last_error();
    } catch (const std::bad_alloc&) {
      failure_.clear();
    }
  }
  if (unfinished_.fetch_sub(1) != 1) {
    return;
  }
  // A waiting thread may release the task as soon as it is done, unless it has a callback, for which the release waits.
  const bool has_callback = callback != nullptr;
  done_.set(1);
  if (has_callback) {
    TaskCallbacks::instance().call(*this);
  }
}

}  // namespace hbm_sim
