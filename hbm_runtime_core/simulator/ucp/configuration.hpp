// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hbm_sim {

struct SocProfile {
  const char* name;         ///< as HBM_SIM_SOC names it
  const char* description;  ///< hbUCPGetSocName()
  std::int32_t core_count;
  std::int32_t stride_alignment;  ///< bytes
  std::int64_t memory_bytes;      ///< what the device can hand out
};

/// Settings from the environment, read once.
struct Configuration {
  SocProfile soc;
  bool model_timing = false;        ///< HBM_SIM_TIMING=model
  bool inline_execution = false;    ///< HBM_SIM_EXECUTION=inline
  std::int32_t dispatch_ahead = 3;  ///< HBM_SIM_DISPATCH_AHEAD: ordinary tasks given to a core at a time
  std::int32_t task_limit = 32;     ///< HB_UCP_MAX_TASK_NUM
  std::int32_t log_level = 3;       ///< HB_UCP_LOG_LEVEL: 0 trace to 6 off
  bool log_level_is_set = false;    ///< whether HB_UCP_LOG_LEVEL is in the environment
  std::string trace_path;           ///< HBM_SIM_TRACE
  std::string error;                ///< why the environment cannot be used; empty where it can
};

const Configuration& configuration();

/// BPU cores of a SoC by its name, for "any" of the largest one; 0 for an unknown name.
std::int32_t core_count_of(std::string_view soc);

}  // namespace hbm_sim
