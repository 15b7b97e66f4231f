// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "dnn/engine.hpp"
#include "dnn/manifest.hpp"
#include "ucp/job.hpp"

namespace hbm_sim {

class InferenceJob;

/// A loaded model. Everything but its pool of jobs is constant, so that any number of threads may use it.
class Model {
 public:
  Model(ModelSpec spec, std::unique_ptr<Engine> engine);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelSpec& spec() const noexcept { return spec_; }
  const std::vector<TensorSpec>& inputs() const noexcept { return spec_.inputs; }
  const std::vector<TensorSpec>& outputs() const noexcept { return spec_.outputs; }
  const JobTraits& traits() const noexcept { return traits_; }
  Engine& engine() noexcept { return *engine_; }

  /// Jobs are reused: as many exist as were in flight at once so far, and a call allocates nothing.
  InferenceJob& take_job();
  void give_back(InferenceJob& job) noexcept;

 private:
  ModelSpec spec_;
  JobTraits traits_;
  std::unique_ptr<Engine> engine_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<InferenceJob>> jobs_;
  std::vector<InferenceJob*> idle_jobs_;
};

}  // namespace hbm_sim
