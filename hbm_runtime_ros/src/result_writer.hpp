// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "buffer_pool.hpp"
#include "result_message.hpp"

namespace hbm_wire {

// Serializes the results of one model into reused buffers.
class ResultWriter {
 public:
  // `outputs` are those of the model. `real_bits` holds for each the bits of the floats that its elements become, 32 or
  // 16, or 0 if they are not converted; empty: all 0.
  ResultWriter(std::string model, std::vector<TensorType> outputs, std::vector<std::uint8_t> real_bits);

  // The arrays have the order of the outputs given above; their shapes are free, their element sizes are not.
  // The memory of the returned view is reused once nobody holds the view.
  pybind11::memoryview write(const FrameHeader& header, std::uint64_t sequence,
                             const std::vector<const ImageTransform*>& transforms, const Timing& timing,
                             const std::vector<pybind11::array>& outputs);

 private:
  struct Output {
    TensorType given;  // by the model
    TensorType written;
    hbm::tensor::Quantization quantization;
    bool as_real;
  };

  static OutputTensor describe(const Output& output, const pybind11::array& array);

  std::string model_;
  std::vector<Output> outputs_;
  std::shared_ptr<hbm_ros::BufferPool> buffers_ = std::make_shared<hbm_ros::BufferPool>();
};

void define_result_writer(pybind11::module_& module);

}  // namespace hbm_wire
