// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cdr_reader.hpp"

namespace hbm_wire {

// hbm_img_msgs/HbmMsg1080P, HbmMsg540P or HbmMsg480P, which differ only in the room for the picture. Read in place:
// `room` points into the message.
struct HbmemImageMessage {
  std::int32_t index = 0;
  std::int32_t stamp_sec = 0;
  std::uint32_t stamp_nanosec = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t data_size_bytes = 0;
  std::uint32_t step_bytes = 0;
  std::string encoding;  // up to the first NUL
  ByteView room;         // the picture is at most as large

  std::int64_t stamp_ns() const { return std::int64_t{stamp_sec} * 1'000'000'000 + stamp_nanosec; }
};

// Checks that every field lies inside a message with `room_bytes` for the picture, but not
// their values. `is_struct`: the message is no serialized one but the C struct, as a loan of the middleware is. Throws
// WireError.
HbmemImageMessage parse_hbmem_image(const std::uint8_t* message, std::size_t size_bytes, std::size_t room_bytes,
                                    bool is_struct);

}  // namespace hbm_wire
