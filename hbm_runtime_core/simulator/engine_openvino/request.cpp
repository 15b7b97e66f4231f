// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/request.hpp"

#include <algorithm>

#include "dnn/data_type.hpp"
#include "dnn/output_layout.hpp"
#include "dnn/strided_copy.hpp"
#include "dnn/tensor_layout.hpp"
#include "engine_openvino/element_types.hpp"
#include "engine_openvino/nibbles.hpp"

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

bool can_bind(const hbDNNTensorProperties& properties) {
  return !is_packed(properties.tensorType) && is_dense(properties);
}

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
  const ov::Tensor view(element_type(tensor.properties.tensorType), port.shape, tensor.sysMem.virAddr);
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
    port.own = ov::Tensor(element_type(tensor.properties.tensorType), to_shape(shape));
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
  if (is_packed(properties.tensorType)) {
    unpack_nibbles(port.own.data(), tensor.sysMem.virAddr, properties);
  } else {
    copy_strided(port.own.data(), dense(properties), tensor.sysMem.virAddr, properties);
  }
}

void Request::prepare_output(std::size_t index, const hbDNNTensor& tensor, const hbDNNTensor* inputs) {
  if (has_dynamic_shape(tensor.properties)) {
    return;  // OpenVINO allocates what the network turns out to need.
  }
  // One block may be bound as input and output. The network would read what it has already overwritten.
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
  if (is_packed(tensor.properties.tensorType)) {
    pack_nibbles(tensor.sysMem.virAddr, tensor.properties, result.data());
  } else {
    copy_strided(tensor.sysMem.virAddr, tensor.properties, result.data(), dense(tensor.properties));
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
