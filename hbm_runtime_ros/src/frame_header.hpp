// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hbm_wire {

// std_msgs/Header: what a result keeps of the frame it came from.
struct FrameHeader {
  std::int32_t stamp_sec = 0;
  std::uint32_t stamp_nanosec = 0;
  std::string frame_id;
};

}  // namespace hbm_wire
