// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cdr_reader.hpp"
#include "frame_header.hpp"

namespace hbm_wire {

// sensor_msgs/Image, read in place: `data` points into the serialized message.
struct ImageMessage {
  FrameHeader header;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::string encoding;
  bool is_bigendian = false;
  std::uint32_t step_bytes = 0;
  ByteView data;
};

// Checks that every field lies inside the message, but not their values. Throws WireError.
ImageMessage parse_image(const std::uint8_t* message, std::size_t size_bytes);

}  // namespace hbm_wire
