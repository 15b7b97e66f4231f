// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "dnn/engine.hpp"
#include "dnn/manifest.hpp"
#include "dnn/zip_archive.hpp"

namespace hbm_sim {

/// Compiles the program of `model` for the host, with the plugin that is opened when the first model needs it.
/// Throws StatusError where OpenVINO is missing or the network cannot be used.
std::unique_ptr<Engine> make_openvino_engine(const ModelSpec& model, const ZipArchive& archive);

}  // namespace hbm_sim
