// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_TASK_CHECKS_HPP_
#define HBM_SIM_UCP_TASK_CHECKS_HPP_

#include <cstdint>

#include "ucp/task_pool.hpp"

namespace hbm_sim {

/// The living task of a handle; empty, with *status set and explained, where there is none.
PinnedTask find_task(const char* function, hbUCPTaskHandle_t handle, int32_t* status);

/// Why a task cannot be changed; to be returned where a TaskEdit is not held.
int32_t refuse_edit(const char* function, const Task& task);

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_TASK_CHECKS_HPP_
