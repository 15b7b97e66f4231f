// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_DNN_DATA_TYPE_HPP_
#define HBM_SIM_DNN_DATA_TYPE_HPP_

#include <cstdint>
#include <optional>
#include <string>

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// Name of an hbDNNDataType as the manifest and messages write it ("U8"); "?" for a value that is none.
const char* data_type_name(std::int32_t type) noexcept;

std::optional<hbDNNDataType> data_type_from_name(const std::string& name) noexcept;

/// True for S4 and U4, whose innermost dimension is packed two elements a byte, low nibble first.
bool is_packed(std::int32_t type) noexcept;

/// The smallest step of an address, in bytes: the element, or the byte that holds two packed elements.
std::int64_t unit_bytes(std::int32_t type) noexcept;

/// Units that `elements` neighbours along the innermost dimension take.
std::int64_t row_units(std::int32_t type, std::int64_t elements) noexcept;

}  // namespace hbm_sim

#endif  // HBM_SIM_DNN_DATA_TYPE_HPP_
