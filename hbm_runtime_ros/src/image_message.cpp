// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "image_message.hpp"

namespace hbm_wire {

ImageMessage parse_image(const std::uint8_t* message, std::size_t size_bytes) {
  CdrReader reader(message, size_bytes, "sensor_msgs/Image");
  ImageMessage image;
  image.header = read_header(reader);
  image.height = reader.read<std::uint32_t>("height");
  image.width = reader.read<std::uint32_t>("width");
  image.encoding = reader.read_string("encoding");
  image.is_bigendian = reader.read<std::uint8_t>("is_bigendian") != 0;
  image.step_bytes = reader.read<std::uint32_t>("step");
  image.data = reader.read_bytes("data");
  return image;
}

}  // namespace hbm_wire
