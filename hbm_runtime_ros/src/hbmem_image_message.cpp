// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "hbmem_image_message.hpp"

#include <algorithm>

namespace hbm_wire {
namespace {

constexpr std::size_t kEncodingBytes = 12;

std::string text_of(ByteView field) {
  const auto* text = reinterpret_cast<const char*>(field.data);
  return {text, std::find(text, text + field.size_bytes, '\0')};
}

}  // namespace

HbmemImageMessage parse_hbmem_image(const std::uint8_t* message, std::size_t size_bytes, std::size_t room_bytes,
                                    bool is_struct) {
  constexpr const char* kType = "hbm_img_msgs picture";
  CdrReader reader =
      is_struct ? CdrReader::of_struct(message, size_bytes, kType) : CdrReader(message, size_bytes, kType);
  HbmemImageMessage image;
  image.index = reader.read<std::int32_t>("index");
  image.stamp_sec = reader.read<std::int32_t>("time_stamp.sec");
  image.stamp_nanosec = reader.read<std::uint32_t>("time_stamp.nanosec");
  image.height = reader.read<std::uint32_t>("height");
  image.width = reader.read<std::uint32_t>("width");
  image.data_size_bytes = reader.read<std::uint32_t>("data_size");
  image.step_bytes = reader.read<std::uint32_t>("step");
  image.encoding = text_of(reader.read_fixed_bytes(kEncodingBytes, "encoding"));
  image.room = reader.read_fixed_bytes(room_bytes, "data");
  return image;
}

}  // namespace hbm_wire
