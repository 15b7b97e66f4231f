// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine_openvino/engine_plugin.h"

namespace hbm_sim {

/// The engine in libhbm_sim_openvino.so, which lies beside this library. Opened on first use and never closed; an
/// attempt that fails is repeated at the next. Throws StatusError that says what to install.
const hbm_sim_engine_plugin& openvino_plugin();

}  // namespace hbm_sim
