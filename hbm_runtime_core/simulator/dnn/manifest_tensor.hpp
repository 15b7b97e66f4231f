// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dnn/manifest.hpp"
#include "dnn/manifest_object.hpp"

namespace hbm_sim {

enum class TensorRole { kInput, kOutput };

/// One entry of a model's "inputs" or "outputs", without its "fill". Throws StatusError.
TensorSpec parse_tensor(const ManifestObject& object, TensorRole role);

/// The "fill" of an output of the timed engine, once all inputs are known. Throws StatusError.
void parse_fill(const ManifestObject& object, const std::vector<TensorSpec>& inputs, TensorSpec& output);

}  // namespace hbm_sim
