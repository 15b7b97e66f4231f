// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hbm_sim {

/// Settings of the OpenVINO engine, from the environment.
struct EngineSettings {
  std::int32_t threads;  ///< Per inference: HBM_SIM_THREADS, else the host's processors divided by the number of cores.
  bool fast;             ///< HBM_SIM_PRECISION=fast: the processor's fastest arithmetic instead of 32-bit floats.
  std::string cache_directory;  ///< HBM_SIM_CACHE_DIR, else below XDG_CACHE_HOME or ~/.cache; empty: no cache.
};

/// Read once. Throws StatusError for a value that cannot be used.
const EngineSettings& engine_settings();

}  // namespace hbm_sim
