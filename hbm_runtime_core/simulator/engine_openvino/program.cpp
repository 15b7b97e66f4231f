// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/program.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "dnn/tensor_layout.hpp"
#include "engine_openvino/port_type.hpp"

namespace hbm_sim {
namespace {

ov::PartialShape declared_shape(const hbDNNTensorShape& shape) {
  ov::PartialShape result;
  for (int dimension = 0; dimension < shape.numDimensions; ++dimension) {
    const std::int32_t size = shape.dimensionSize[dimension];
    result.push_back(size == kDynamic ? ov::Dimension::dynamic() : ov::Dimension(size));
  }
  return result;
}

/// A fixed size must be the same on both sides; a dynamic one of the manifest needs a network that leaves it open.
bool shapes_agree(const ov::PartialShape& port, const ov::PartialShape& declared) {
  if (port.rank().is_dynamic() || port.size() != declared.size()) {
    return false;
  }
  for (std::size_t dimension = 0; dimension < port.size(); ++dimension) {
    const bool agree = port[dimension].is_static() ? port[dimension] == declared[dimension]
                                                   : port[dimension].compatible(declared[dimension]);
    if (!agree) {
      return false;
    }
  }
  return true;
}

void require_ports(const char* role, const std::vector<ov::Output<const ov::Node>>& ports, const hbm_sim_port* declared,
                   std::int32_t count) {
  if (ports.size() != static_cast<std::size_t>(count)) {
    throw std::runtime_error("the manifest declares " + std::to_string(count) + " " + role + "s, the network has " +
                             std::to_string(ports.size()));
  }
  for (std::size_t index = 0; index < ports.size(); ++index) {
    const hbDNNTensorProperties& properties = declared[index].properties;
    const ov::PartialShape& shape = ports[index].get_partial_shape();
    const bool is_unknown_output = *role == 'o' && shape.rank().is_dynamic() && has_dynamic_shape(properties);
    if (ports[index].get_element_type() != port_type(properties.tensorType) ||
        (!is_unknown_output && !shapes_agree(shape, declared_shape(properties.validShape)))) {
      throw std::runtime_error(std::string(role) + " " + std::to_string(index) + " '" + declared[index].name +
                               "': the manifest declares " + hbm::tensor::dtype_name(properties.tensorType) + " " +
                               shape_text(properties) + ", the network has " +
                               ports[index].get_element_type().get_type_name() + " " + shape.to_string());
    }
  }
}

}  // namespace

Program::Program(const hbm_sim_program_source& source)
    : network_(load_network(source)),
      input_count_(static_cast<std::size_t>(source.input_count)),
      output_count_(static_cast<std::size_t>(source.output_count)) {
  require_ports("input", network_->compiled.inputs(), source.inputs, source.input_count);
  require_ports("output", network_->compiled.outputs(), source.outputs, source.output_count);
  // Created while loading, so that the first inference is as fast as the others.
  idle_.push_back(std::make_unique<Request>(network_->compiled, input_count_, output_count_));
}

std::unique_ptr<Request> Program::take(const hbDNNTensor* inputs) {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      // Prefers a request to which this caller's memory is bound already.
      const auto bound = std::find_if(idle_.rbegin(), idle_.rend(),
                                      [&](const auto& request) { return request->is_bound_to(inputs[0]); });
      std::swap(bound == idle_.rend() ? idle_.back() : *bound, idle_.back());
      std::unique_ptr<Request> request = std::move(idle_.back());
      idle_.pop_back();
      return request;
    }
  }
  return std::make_unique<Request>(network_->compiled, input_count_, output_count_);
}

void Program::give_back(std::unique_ptr<Request> request) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(request));
}

void Program::execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) {
  std::unique_ptr<Request> request = take(inputs);
  // A request that failed is not reused, because its state is unknown.
  request->execute(inputs, outputs);
  give_back(std::move(request));
}

}  // namespace hbm_sim
