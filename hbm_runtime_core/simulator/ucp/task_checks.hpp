// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "ucp/task_pool.hpp"

namespace hbm_sim {

/// The task of a handle; empty, with *status set and the reason reported, if there is none.
PinnedTask find_task(const char* function, hbUCPTaskHandle_t handle, std::int32_t* status);

/// Reports why a task cannot be changed; the status to return if no TaskEdit could be taken.
std::int32_t refuse_edit(const char* function, const Task& task);

}  // namespace hbm_sim
