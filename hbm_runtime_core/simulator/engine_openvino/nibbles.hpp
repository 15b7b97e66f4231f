// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_NIBBLES_HPP_
#define HBM_SIM_ENGINE_OPENVINO_NIBBLES_HPP_

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// S4 and U4 hold two elements a byte along the innermost dimension, low nibble first; networks take one byte each.
/// `dense` has one byte an element and no gaps; `properties` describes the packed side and may be padded.
void unpack_nibbles(void* dense, const void* packed, const hbDNNTensorProperties& properties);
void pack_nibbles(void* packed, const hbDNNTensorProperties& properties, const void* dense);

}  // namespace hbm_sim

#endif  // HBM_SIM_ENGINE_OPENVINO_NIBBLES_HPP_
