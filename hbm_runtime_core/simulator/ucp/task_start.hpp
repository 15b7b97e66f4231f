// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ucp/task.hpp"

namespace hbm_sim {

/// Gives a task to the device, or runs it here with HBM_SIM_EXECUTION=inline. If the parameters do not fit the task, it
/// stays as it was, and can be started again with others. Throws where the host has no memory or threads left.
std::int32_t start_task(Task& task, TaskEdit& edit, const hbUCPSchedParam& sched);

}  // namespace hbm_sim
