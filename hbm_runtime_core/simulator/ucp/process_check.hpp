// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hbm_sim {

/// Whether this process can use the device at all: a status, explained, where the environment cannot be read or where
/// the process was forked off one that used the library.
std::int32_t check_process(const char* function) noexcept;

}  // namespace hbm_sim
