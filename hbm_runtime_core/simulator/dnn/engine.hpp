// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// What computes a model. One object serves all threads.
class Engine {
 public:
  virtual ~Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs one inference on arrays of as many tensors as the model has inputs and outputs.
  ///
  /// Inputs are complete (no -1 is left). Where an output has -1 in its shape or strides, the engine puts the real
  /// ones there; it never writes beyond sysMem.memSize. Throws std::exception with the cause of a failure.
  virtual void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) = 0;

 protected:
  Engine() = default;
};

}  // namespace hbm_sim
