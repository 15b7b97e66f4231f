// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/model.hpp"

#include <utility>

#include "dnn/inference_job.hpp"

namespace hbm_sim {
namespace {

void point_to_quantization(std::vector<TensorSpec>& tensors) {
  for (TensorSpec& tensor : tensors) {
    hbDNNQuantiScale& scale = tensor.properties.scale;
    scale.scaleLen = static_cast<std::int32_t>(tensor.scale.size());
    scale.scaleData = tensor.scale.empty() ? nullptr : tensor.scale.data();
    scale.zeroPointLen = static_cast<std::int32_t>(tensor.zero_point.size());
    scale.zeroPointData = tensor.zero_point.empty() ? nullptr : tensor.zero_point.data();
  }
}

}  // namespace

Model::Model(ModelSpec spec, std::unique_ptr<Engine> engine)
    : spec_(std::move(spec)), traits_{}, engine_(std::move(engine)) {
  traits_.model = spec_.name.c_str();
  traits_.bpu_cores = spec_.bpu_cores;
  traits_.latency_us = spec_.latency_us;
  traits_.max_time_per_fc_us = spec_.max_time_per_fc_us;
  traits_.keeps_latency = spec_.engine == ModelSpec::Engine::kTimed;
  point_to_quantization(spec_.inputs);
  point_to_quantization(spec_.outputs);
}

Model::~Model() = default;

InferenceJob& Model::take_job() {
  const std::lock_guard lock(mutex_);
  if (idle_jobs_.empty()) {
    // Room for all of them, so that returning one cannot fail.
    idle_jobs_.reserve(jobs_.size() + 1);
    jobs_.push_back(std::make_unique<InferenceJob>(*this));
    return *jobs_.back();
  }
  InferenceJob& job = *idle_jobs_.back();
  idle_jobs_.pop_back();
  return job;
}

void Model::give_back(InferenceJob& job) noexcept {
  const std::lock_guard lock(mutex_);
  idle_jobs_.push_back(&job);
}

}  // namespace hbm_sim
