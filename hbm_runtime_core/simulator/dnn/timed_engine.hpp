// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_DNN_TIMED_ENGINE_HPP_
#define HBM_SIM_DNN_TIMED_ENGINE_HPP_

#include <vector>

#include "dnn/engine.hpp"
#include "dnn/manifest.hpp"

namespace hbm_sim {

/// Computes nothing: writes what the manifest's "fill" says. The device takes the time that the manifest declares.
class TimedEngine final : public Engine {
 public:
  explicit TimedEngine(const ModelSpec& model);

  void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) override;

 private:
  struct Output {
    Fill fill;
    /// Dense values of a constant (one unit) or of noise (the whole tensor), made once while loading.
    std::vector<unsigned char> values;
  };

  std::vector<Output> outputs_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_DNN_TIMED_ENGINE_HPP_
