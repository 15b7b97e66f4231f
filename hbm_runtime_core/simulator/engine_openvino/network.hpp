// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/runtime/compiled_model.hpp>

#include "engine_openvino/engine_plugin.h"

namespace hbm_sim {

/// A network compiled for the host. Programs with the same content share one.
struct Network {
  ov::CompiledModel compiled;
};

/// The network of `source`: one that is loaded already, one from the cache on disk, or compiled now.
/// Throws std::exception when OpenVINO refuses it.
std::shared_ptr<Network> load_network(const hbm_sim_program_source& source);

}  // namespace hbm_sim
