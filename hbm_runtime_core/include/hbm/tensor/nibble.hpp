// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// 4-bit elements: two share a byte along the last axis, the first one in its low half.
#pragma once

#include <cstdint>

namespace hbm::tensor {

/// Element `index` of a line, 0 to 15. `stride_bytes` lie between neighboring bytes of the line.
inline std::uint8_t unsigned_nibble(const std::uint8_t* line, std::int64_t index, std::int64_t stride_bytes = 1) {
  return static_cast<std::uint8_t>(line[index / 2 * stride_bytes] >> index % 2 * 4 & 0x0f);
}

/// Element `index` of a line, -8 to 7.
inline std::int8_t signed_nibble(const std::uint8_t* line, std::int64_t index, std::int64_t stride_bytes = 1) {
  return static_cast<std::int8_t>((unsigned_nibble(line, index, stride_bytes) ^ 8) - 8);
}

/// Packs the low halves of `count` bytes into a line; the high half of an odd last one is 0.
inline void pack_nibbles(const std::uint8_t* values, std::int64_t count, std::uint8_t* line) {
  for (std::int64_t i = 0; i < count; i += 2) {
    const unsigned low = values[i] & 0x0fU;
    const unsigned high = i + 1 < count ? values[i + 1] & 0x0fU : 0U;
    *line++ = static_cast<std::uint8_t>(low | high << 4U);
  }
}

/// Unpacks `count` elements of a line into a byte each: two's complement where they are signed.
inline void unpack_nibbles(const std::uint8_t* line, std::int64_t count, bool is_signed, std::uint8_t* values) {
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = is_signed ? static_cast<std::uint8_t>(signed_nibble(line, i)) : unsigned_nibble(line, i);
  }
}

}  // namespace hbm::tensor
