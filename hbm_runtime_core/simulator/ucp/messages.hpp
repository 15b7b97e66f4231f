// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_UCP_MESSAGES_HPP_
#define HBM_SIM_UCP_MESSAGES_HPP_

namespace hbm_sim {

/// Sets what hbm_sim_last_error() answers on this thread without writing it: for what another thread has written.
void set_last_error(const char* text);

}  // namespace hbm_sim

#endif  // HBM_SIM_UCP_MESSAGES_HPP_
