// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_RUNTIME_RUNTIME_HPP_
#define HBM_RUNTIME_RUNTIME_HPP_

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model_set.hpp"
#include "runtime/scheduling.hpp"

namespace hbm {

/// Loaded models and the defaults of their scheduling. Dropping it while calls run is safe: they share the models.
class Runtime {
 public:
  explicit Runtime(const std::vector<std::string>& files);
  ~Runtime();

  /// Throws StateError once closed.
  const std::shared_ptr<ModelSet>& set() const;
  const std::vector<std::unique_ptr<Model>>& models() const { return set()->models(); }
  /// Throws ValueError that lists what is loaded.
  const Model& model(const std::string& name) const;
  /// The only model; ValueError where several are loaded.
  const Model& only_model() const;
  [[noreturn]] void throw_unknown_model(const std::string& name) const;

  Scheduling scheduling(const Model& model) const;
  /// All changes or none.
  void set_scheduling(const std::vector<std::pair<const Model*, SchedulingChange>>& changes);

  /// No call begins any more; those in flight end, then the models are unloaded. Safe to repeat.
  void close();
  bool closed() const { return set_ == nullptr; }

 private:
  std::shared_ptr<ModelSet> set_;
  mutable std::mutex mutex_;
  std::vector<Scheduling> defaults_;
};

}  // namespace hbm

#endif  // HBM_RUNTIME_RUNTIME_HPP_
