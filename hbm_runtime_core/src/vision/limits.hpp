// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace hbm::vision {

// What a sender may claim about a picture. docs/pictures.md explains each to users.

/// Width or height, pixels.
constexpr std::int64_t kMaxSide = 16384;
/// Of a compressed picture, which takes memory before its pixels are known: as many as 8192 x 8192 has.
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
/// From one row of a raw picture to the next.
constexpr std::int64_t kMaxStepBytes = std::int64_t{1} << 24;
/// Every scan of a JPEG is a pass over the whole picture; cameras and encoders write 1 to 12.
constexpr std::int32_t kMaxJpegScans = 100;
/// Buffers that buffer owners round a picture up to: pages of 4 KiB, and of 64 KiB on the S600.
constexpr std::int64_t kPageBytes[] = {4096, 65536};
/// Working memory up to this is kept from frame to frame; more only as long as the pictures need it.
constexpr std::size_t kKeptBytes = std::size_t{32} << 20;

}  // namespace hbm::vision
