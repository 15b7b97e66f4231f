// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cdr_reader.hpp"
#include "frame_header.hpp"

namespace hbm_wire {

// sensor_msgs/CompressedImage, read in place: `data` points into the serialized message.
struct CompressedImageMessage {
  FrameHeader header;
  std::string format;
  ByteView data;
};

// Checks that every field lies inside the message, but not their values. Throws WireError.
CompressedImageMessage parse_compressed_image(const std::uint8_t* message, std::size_t size_bytes);

}  // namespace hbm_wire
