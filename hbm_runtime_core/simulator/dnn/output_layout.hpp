// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// Gives an output the shape that an inference had: fills the -1 of its shape and strides (dense where the model leaves
/// them open). Throws std::runtime_error when a fixed size differs or the bound memory is too small.
void resolve_output(hbDNNTensor& output, const hbDNNTensorShape& shape);

/// True when the memory of two tensors has a byte in common.
bool overlap(const hbDNNTensor& left, const hbDNNTensor& right) noexcept;

}  // namespace hbm_sim
