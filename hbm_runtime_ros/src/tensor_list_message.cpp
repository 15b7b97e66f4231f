// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "tensor_list_message.hpp"

namespace hbm_wire {
namespace {

TensorMessage read_tensor(CdrReader& reader) {
  TensorMessage tensor;
  tensor.name = reader.read_string("tensors.name");
  tensor.dtype_code = reader.read<std::uint8_t>("tensors.dtype_code");
  tensor.dtype_bits = reader.read<std::uint8_t>("tensors.dtype_bits");
  tensor.dtype_lanes = reader.read<std::uint16_t>("tensors.dtype_lanes");
  tensor.shape = reader.read_sequence<std::int64_t>("tensors.shape");
  tensor.strides = reader.read_sequence<std::int64_t>("tensors.strides");
  tensor.byte_offset = reader.read<std::uint64_t>("tensors.byte_offset");
  tensor.quant_type = reader.read<std::uint8_t>("tensors.quant_type");
  tensor.quant_scale = reader.read_sequence<float>("tensors.quant_scale");
  tensor.quant_zero_point = reader.read_sequence<std::int32_t>("tensors.quant_zero_point");
  tensor.quant_axis = reader.read<std::int32_t>("tensors.quant_axis");
  tensor.data = reader.read_bytes("tensors.data");
  return tensor;
}

}  // namespace

TensorListMessage parse_tensor_list(const std::uint8_t* message, std::size_t size_bytes) {
  CdrReader reader(message, size_bytes, "hbm_runtime_ros/TensorList");
  TensorListMessage list;
  list.header = read_header(reader);
  const auto count = reader.read<std::uint32_t>("tensors");
  for (std::uint32_t i = 0; i < count; ++i) {
    list.tensors.push_back(read_tensor(reader));
  }
  return list;
}

}  // namespace hbm_wire
