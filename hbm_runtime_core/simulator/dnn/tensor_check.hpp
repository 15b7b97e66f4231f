// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dnn/model.hpp"

namespace hbm_sim {

/// Checks the tensors of a call as the device would: shape, strides, alignment, memory. Throws StatusError that names
/// model, tensor, what was expected and what came.
void check_tensors(const Model& model, const hbDNNTensor* inputs, const hbDNNTensor* outputs);

}  // namespace hbm_sim
