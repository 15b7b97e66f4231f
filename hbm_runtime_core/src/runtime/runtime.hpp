// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model_set.hpp"
#include "runtime/scheduling.hpp"

namespace hbm {

/// Loaded models and the defaults of their scheduling. Dropping it while calls run is safe: they share the models.
class Runtime {
 public:
  /// `backend`: what the caller asks for; if it is empty, the environment decides.
  explicit Runtime(const std::vector<std::string>& files, std::optional<BackendChoice> backend = std::nullopt);
  ~Runtime();

  /// A reference to the models; hold it as long as a model is used. Throws StateError once closed.
  std::shared_ptr<const ModelSet> set() const;

  Scheduling scheduling(const Model& model) const;
  /// The same with the cores as they were named.
  std::pair<Scheduling, std::vector<std::int64_t>> stored_scheduling(const Model& model) const;
  /// All changes or none.
  void set_scheduling(const std::vector<std::pair<const Model*, SchedulingChange>>& changes);

  /// Refuses new calls; those in flight end, then the models are unloaded. Safe to repeat.
  void close();
  bool closed() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<ModelSet> set_;
  // One per model, like the cores below.
  std::deque<SharedScheduling> defaults_;
  std::vector<std::vector<std::int64_t>> named_cores_;
};

}  // namespace hbm
