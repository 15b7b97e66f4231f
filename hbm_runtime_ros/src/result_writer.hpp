// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "result_message.hpp"

namespace hbm_wire {

// Serializes the results of one model into a bytes object that it uses again and again.
class ResultWriter {
 public:
  ResultWriter(std::string model, std::vector<TensorType> outputs);

  // The arrays stand in the order of the outputs given above; their shape is free, their element size is not.
  // The returned object is overwritten by the next call once nobody else holds it.
  pybind11::bytes write(const FrameHeader& header, std::uint64_t sequence,
                        const std::vector<const ImageTransform*>& transforms, const Timing& timing,
                        const std::vector<pybind11::array>& outputs);

 private:
  pybind11::object take_buffer(std::size_t size_bytes);

  std::string model_;
  std::vector<TensorType> types_;
  pybind11::object buffer_;
};

void define_result_writer(pybind11::module_& module);

}  // namespace hbm_wire
