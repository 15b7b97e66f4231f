// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cdr_reader.hpp"
#include "frame_header.hpp"

namespace hbm_wire {

// hbm_runtime_ros/Tensor, read in place: `data` points into the serialized message.
struct TensorMessage {
  std::string name;
  std::uint8_t dtype_code = 0;
  std::uint8_t dtype_bits = 0;
  std::uint16_t dtype_lanes = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // elements; empty = row-major without gaps
  std::uint64_t byte_offset = 0;
  std::uint8_t quant_type = 0;
  std::vector<float> quant_scale;
  std::vector<std::int32_t> quant_zero_point;
  std::int32_t quant_axis = -1;
  ByteView data;
};

// hbm_runtime_ros/TensorList.
struct TensorListMessage {
  FrameHeader header;
  std::vector<TensorMessage> tensors;
};

// Checks that every field lies inside the message, but not their values. Throws WireError.
TensorListMessage parse_tensor_list(const std::uint8_t* message, std::size_t size_bytes);

}  // namespace hbm_wire
