// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_ELEMENT_TYPES_HPP_
#define HBM_SIM_ENGINE_OPENVINO_ELEMENT_TYPES_HPP_

#include <cstdint>
#include <openvino/core/type/element_type.hpp>

namespace hbm_sim {

/// The type that a network's port has for a tensor of an hbDNNDataType: S4 and U4 travel as one byte an element.
ov::element::Type element_type(std::int32_t type);

}  // namespace hbm_sim

#endif  // HBM_SIM_ENGINE_OPENVINO_ELEMENT_TYPES_HPP_
