// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/request.hpp"

#include <algorithm>

#include "dnn/output_layout.hpp"
#include "dnn/tensor_layout.hpp"
#include "engine_openvino/port_type.hpp"
#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/nibble.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm_sim {
namespace {

bool has_shape(const ov::Shape& shape, const hbDNNTensorShape& wanted) noexcept {
  return std::equal(shape.begin(), shape.end(), wanted.dimensionSize, wanted.dimensionSize + wanted.numDimensions,
                    [](std::size_t left, std::int32_t right) { return left == static_cast<std::size_t>(right); });
}

ov::Shape to_shape(const hbDNNTensorShape& shape) {
  return {shape.dimensionSize, shape.dimensionSize + shape.numDimensions};
}

hbDNNTensorProperties dense(hbDNNTensorProperties properties) {
  fill_dense_strides(properties);
  return properties;
}

bool is_packed(const hbDNNTensorProperties& properties) {
  return hbm::tensor::element_type(properties.tensorType).is_packed();
}

/// Calls `visit` with the offset of each innermost row in the packed tensor, which may be padded, and in an array of
/// one byte per element without gaps.
template <typename Visit>
void for_each_packed_row(const hbDNNTensorProperties& properties, const Visit& visit) {
  const hbDNNTensorShape& elements = properties.validShape;
  const std::vector<std::int64_t> shape(elements.dimensionSize, elements.dimensionSize + elements.numDimensions);
  std::vector<std::int64_t> dense_strides(shape.size());
  hbm::tensor::fill_dense_strides(shape.data(), elements.numDimensions, 1, dense_strides.data());
  hbm::tensor::Axes(shape.data(), properties.stride, dense_strides.data(), elements.numDimensions - 1)
      .walk([&](std::int64_t packed, std::int64_t dense) { visit(packed, dense, shape.back()); });
}

/// Networks have no elements of 4 bits, so a port gets one byte per element.
void unpack(void* dense, const void* packed, const hbDNNTensorProperties& properties) {
  const bool is_signed = properties.tensorType == HB_DNN_TENSOR_TYPE_S4;
  for_each_packed_row(properties, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
    hbm::tensor::unpack_nibbles(static_cast<const std::uint8_t*>(packed) + from, count, is_signed,
                                static_cast<std::uint8_t*>(dense) + to);
  });
}

void pack(void* packed, const void* dense, const hbDNNTensorProperties& properties) {
  for_each_packed_row(properties, [&](std::int64_t to, std::int64_t from, std::int64_t count) {
    hbm::tensor::pack_nibbles(static_cast<const std::uint8_t*>(dense) + from, count,
                              static_cast<std::uint8_t*>(packed) + to);
  });
}

bool can_bind(const hbDNNTensorProperties& properties) { return !is_packed(properties) && is_dense(properties); }

}  // namespace

Request::Request(ov::CompiledModel& network, std::size_t input_count, std::size_t output_count)
    : request_(network.create_infer_request()), inputs_(input_count), outputs_(output_count) {}

bool Request::is_bound_to(const hbDNNTensor& first_input) const noexcept {
  return inputs_.front().direct == first_input.sysMem.virAddr;
}

void Request::bind_direct(Port& port, std::size_t index, bool is_input, const hbDNNTensor& tensor) {
  const hbDNNTensorShape& shape = tensor.properties.validShape;
  if (port.direct == tensor.sysMem.virAddr && has_shape(port.shape, shape)) {
    return;
  }
  port.shape = to_shape(shape);
  const ov::Tensor view(port_type(tensor.properties.tensorType), port.shape, tensor.sysMem.virAddr);
  is_input ? request_.set_input_tensor(index, view) : request_.set_output_tensor(index, view);
  port.direct = tensor.sysMem.virAddr;
}

void Request::bind_own(Port& port, std::size_t index, bool is_input, const hbDNNTensor& tensor) {
  const hbDNNTensorShape& shape = tensor.properties.validShape;
  const bool has_own = port.own && has_shape(port.own.get_shape(), shape);
  if (has_own && port.direct == nullptr) {
    return;
  }
  if (!has_own) {
    port.own = ov::Tensor(port_type(tensor.properties.tensorType), to_shape(shape));
  }
  is_input ? request_.set_input_tensor(index, port.own) : request_.set_output_tensor(index, port.own);
  port.direct = nullptr;
}

void Request::prepare_input(std::size_t index, const hbDNNTensor& tensor) {
  Port& port = inputs_[index];
  const hbDNNTensorProperties& properties = tensor.properties;
  if (can_bind(properties)) {
    bind_direct(port, index, true, tensor);
    return;
  }
  bind_own(port, index, true, tensor);
  if (is_packed(properties)) {
    unpack(port.own.data(), tensor.sysMem.virAddr, properties);
  } else {
    copy_tensor(port.own.data(), dense(properties), tensor.sysMem.virAddr, properties);
  }
}

void Request::prepare_output(std::size_t index, const hbDNNTensor& tensor, const hbDNNTensor* inputs) {
  if (has_dynamic_shape(tensor.properties)) {
    return;  // OpenVINO allocates what the network turns out to need.
  }
  // Input and output may overlap, and the network would read what it has already overwritten.
  const bool is_also_input =
      std::any_of(inputs, inputs + inputs_.size(), [&](const hbDNNTensor& input) { return overlap(input, tensor); });
  if (can_bind(tensor.properties) && !is_also_input) {
    bind_direct(outputs_[index], index, false, tensor);
  } else {
    bind_own(outputs_[index], index, false, tensor);
  }
}

void Request::finish_output(std::size_t index, hbDNNTensor& tensor) {
  const Port& port = outputs_[index];
  if (port.direct != nullptr) {
    return;
  }
  const ov::Tensor result = request_.get_output_tensor(index);
  hbDNNTensorShape shape{};
  const ov::Shape& computed = result.get_shape();
  shape.numDimensions = static_cast<std::int32_t>(std::min<std::size_t>(computed.size(), HB_DNN_TENSOR_MAX_DIMENSIONS));
  std::transform(computed.begin(), computed.begin() + shape.numDimensions, shape.dimensionSize,
                 [](std::size_t size) { return static_cast<std::int32_t>(size); });
  resolve_output(tensor, shape);
  if (is_packed(tensor.properties)) {
    pack(tensor.sysMem.virAddr, result.data(), tensor.properties);
  } else {
    copy_tensor(tensor.sysMem.virAddr, tensor.properties, result.data(), dense(tensor.properties));
  }
}

void Request::execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) {
  for (std::size_t index = 0; index < inputs_.size(); ++index) {
    prepare_input(index, inputs[index]);
  }
  for (std::size_t index = 0; index < outputs_.size(); ++index) {
    prepare_output(index, outputs[index], inputs);
  }
  request_.infer();
  for (std::size_t index = 0; index < outputs_.size(); ++index) {
    finish_output(index, outputs[index]);
  }
}

}  // namespace hbm_sim
