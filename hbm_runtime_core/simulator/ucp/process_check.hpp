// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_PROCESS_CHECK_HPP_
#define HBM_SIM_UCP_PROCESS_CHECK_HPP_

#include <cstdint>

namespace hbm_sim {

/// Whether this process can use the device at all: a status, explained, where the environment cannot be read or where
/// the process was forked off one that used the library.
int32_t check_process(const char* function) noexcept;

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_PROCESS_CHECK_HPP_
