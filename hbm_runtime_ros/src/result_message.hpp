// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "frame_header.hpp"
#include "hbm/tensor/element_type.hpp"
#include "hbm/tensor/quantize.hpp"

namespace hbm_wire {

// The fields of hbm_runtime_ros/msg/ImageTransform.
struct ImageTransform {
  std::vector<std::string> inputs;
  std::string mode;
  std::uint32_t source_width = 0;
  std::uint32_t source_height = 0;
  std::uint32_t model_width = 0;
  std::uint32_t model_height = 0;
  double scale_x = 1.0;
  double scale_y = 1.0;
  double pad_left = 0.0;
  double pad_top = 0.0;
  double crop_left = 0.0;
  double crop_top = 0.0;
};

// The fields of hbm_runtime_ros/msg/Timing, in its order.
using Timing = std::array<std::int64_t, 7>;

// The fields of hbm_runtime_ros/msg/Tensor that are the same in every result.
struct TensorType {
  std::string name;
  std::uint8_t dtype_code = 0;
  std::uint8_t dtype_bits = 0;
  // Number of elements along the last axis if they are packed, two 4-bit elements per byte; unused otherwise.
  std::int64_t packed_length = 0;
  std::uint8_t quant_type = 0;
  std::vector<float> quant_scale;
  std::vector<std::int32_t> quant_zero_point;
  std::int32_t quant_axis = -1;
};

// Where the elements of an output lie, and how a result contains them.
struct OutputTensor {
  const TensorType& type;  // in the result
  hbm::tensor::ElementType given_type;
  const void* first;
  std::vector<std::int64_t> shape;         // elements
  std::vector<std::int64_t> stride_bytes;  // packed elements: of their bytes along the last axis
  // Of the real values that the result contains. Null: it contains the elements as they are.
  const hbm::tensor::Quantization* quantization = nullptr;
};

// hbm_runtime_ros/msg/InferenceResult with tensors that still lie in the device's output buffers.
struct ResultMessage {
  const FrameHeader& header;
  const std::string& model;
  std::uint64_t sequence;
  const std::vector<const ImageTransform*>& transforms;
  const Timing& timing;
  const std::vector<OutputTensor>& outputs;
};

// Bytes of the serialized message.
std::size_t result_size_bytes(const ResultMessage& result);

// Serializes into `buffer`, which holds result_size_bytes(result). Tensors come out compact: strides empty, offset 0.
void write_result(const ResultMessage& result, std::uint8_t* buffer);

}  // namespace hbm_wire
