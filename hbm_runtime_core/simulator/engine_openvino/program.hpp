// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine_openvino/engine_plugin.h"
#include "engine_openvino/network.hpp"
#include "engine_openvino/request.hpp"

namespace hbm_sim {

/// A network with the tensors that the manifest declares for it, and the requests that compute it.
class Program {
 public:
  /// Throws std::exception when the network cannot be compiled or differs from the declared tensors.
  explicit Program(const hbm_sim_program_source& source);

  /// Safe from several threads. Throws std::exception.
  void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs);

 private:
  std::unique_ptr<Request> take(const hbDNNTensor* inputs);
  void give_back(std::unique_ptr<Request> request);

  std::shared_ptr<Network> network_;
  std::size_t input_count_;
  std::size_t output_count_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Request>> idle_;
};

}  // namespace hbm_sim
