// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/tensor.hpp>
#include <vector>

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// One inference at a time on one network. Dense tensors are computed where they lie; padded ones are copied row by
/// row, packed ones element by element.
class Request {
 public:
  Request(ov::CompiledModel& network, std::size_t input_count, std::size_t output_count);

  /// True when the memory of the first input is the one bound last.
  bool is_bound_to(const hbDNNTensor& first_input) const noexcept;

  /// Throws std::exception; the request is not to be used again then.
  void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs);

 private:
  /// What a port of the request holds at present.
  struct Port {
    void* direct = nullptr;  ///< The caller's memory; null where the request's own is bound.
    ov::Shape shape;
    ov::Tensor own;  ///< Made when a tensor is first copied.
  };

  void bind_direct(Port& port, std::size_t index, bool is_input, const hbDNNTensor& tensor);
  void bind_own(Port& port, std::size_t index, bool is_input, const hbDNNTensor& tensor);
  void prepare_input(std::size_t index, const hbDNNTensor& tensor);
  void prepare_output(std::size_t index, const hbDNNTensor& tensor, const hbDNNTensor* inputs);
  void finish_output(std::size_t index, hbDNNTensor& tensor);

  ov::InferRequest request_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
};

}  // namespace hbm_sim
