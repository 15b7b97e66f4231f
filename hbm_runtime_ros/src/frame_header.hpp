// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cdr_reader.hpp"

namespace hbm_wire {

// std_msgs/Header: what a result copies from its frame.
struct FrameHeader {
  std::int32_t stamp_sec = 0;
  std::uint32_t stamp_nanosec = 0;
  std::string frame_id;

  std::int64_t stamp_ns() const { return std::int64_t{stamp_sec} * 1'000'000'000 + stamp_nanosec; }
};

inline FrameHeader read_header(CdrReader& reader) {
  FrameHeader header;
  header.stamp_sec = reader.read<std::int32_t>("header.stamp.sec");
  header.stamp_nanosec = reader.read<std::uint32_t>("header.stamp.nanosec");
  header.frame_id = reader.read_string("header.frame_id");
  return header;
}

}  // namespace hbm_wire
