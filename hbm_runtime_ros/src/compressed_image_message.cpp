// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "compressed_image_message.hpp"

namespace hbm_wire {

CompressedImageMessage parse_compressed_image(const std::uint8_t* message, std::size_t size_bytes) {
  CdrReader reader(message, size_bytes, "sensor_msgs/CompressedImage");
  CompressedImageMessage image;
  image.header = read_header(reader);
  image.format = reader.read_string("format");
  image.data = reader.read_bytes("data");
  return image;
}

}  // namespace hbm_wire
