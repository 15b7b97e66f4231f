// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dnn/handle_table.hpp"
#include "dnn/model.hpp"
#include "ucp/job.hpp"

namespace hbm_sim {

/// One inference of one model: its tensors, copied when it was asked for, so that the caller may drop the arrays.
class InferenceJob final : public Job {
 public:
  explicit InferenceJob(Model& model);

  /// Copies the tensors and keeps the model from being released until recycle().
  void bind(const hbDNNTensor* inputs, const hbDNNTensor* outputs, ModelLease lease);

  const JobTraits& traits() const noexcept override { return model_.traits(); }
  std::int32_t execute(std::int32_t core) noexcept override;
  void recycle() noexcept override;

  const Model& model() const noexcept { return model_; }
  const std::vector<hbDNNTensor>& outputs() const noexcept { return outputs_; }

 private:
  Model& model_;
  ModelLease lease_;
  std::vector<hbDNNTensor> inputs_;
  std::vector<hbDNNTensor> outputs_;
};

}  // namespace hbm_sim
