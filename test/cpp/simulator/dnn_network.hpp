// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dnn_model_file.hpp"

namespace hbm_sim_test {

/// A network in OpenVINO's IR, written by hand: y = x + constant.
struct AddNetwork {
  std::string element_type = "f32";  ///< as IR writes it: f32, i8 ...
  std::string precision = "FP32";    ///< the same in the other spelling that IR uses: FP32, I8 ...
  std::vector<int> shape;            ///< -1: dynamic
  std::string constant;              ///< the bytes of its elements
  int elements = 1;                  ///< of the constant

  std::string xml() const;
};

/// A model file with that network. `tensors` is the JSON of "inputs" and "outputs".
std::string make_network_file(const AddNetwork& network, const std::string& tensors);

/// The bytes of a value.
template <typename Value>
std::string bytes_of(Value value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace hbm_sim_test
