// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace hbm_sim {

/// Begins with the bytes of one item of hbm::tensor, little endian.
using UnitBytes = std::array<unsigned char, 8>;

/// True when a number can be stored in a dtype: integers in range, floats that stay finite, 0 or 1 for BOOL8.
bool is_representable(std::int32_t number, double value) noexcept;

/// Stores a representable number; both elements of the byte for S4 and U4.
UnitBytes encode(std::int32_t number, double value) noexcept;

/// Stores 64 random bits as a value of the dtype: integers over their whole range, floats in [-1, 1).
UnitBytes encode_random(std::int32_t number, std::uint64_t bits) noexcept;

}  // namespace hbm_sim
