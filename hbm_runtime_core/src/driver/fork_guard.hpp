// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hbm {

/// Starts counting forks; safe to repeat.
void install_fork_guard();

/// Number of forks between this process and the one that installed the guard. What was opened under another number
/// belongs to a parent process and must not be used: its threads do not exist here and its locks may be held.
std::uint64_t fork_generation();

}  // namespace hbm
