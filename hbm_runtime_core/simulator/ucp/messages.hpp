// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hbm_sim {

/// Sets what hbm_sim_last_error() answers on this thread without writing it: for what another thread has written.
void set_last_error(const char* text);

}  // namespace hbm_sim
