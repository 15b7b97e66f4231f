// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_TASK_CHECKS_HPP_
#define HBM_SIM_UCP_TASK_CHECKS_HPP_

#include <cstdint>

#include "ucp/task_pool.hpp"

namespace hbm_sim {

/// The task of a handle; empty, with *status set and the reason reported, if there is none.
PinnedTask find_task(const char* function, hbUCPTaskHandle_t handle, int32_t* status);

/// Reports why a task cannot be changed; the status to return if no TaskEdit could be taken.
int32_t refuse_edit(const char* function, const Task& task);

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_TASK_CHECKS_HPP_
