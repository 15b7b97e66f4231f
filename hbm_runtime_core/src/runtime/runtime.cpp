// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/runtime.hpp"

#include "driver/error.hpp"

namespace hbm {

Runtime::Runtime(const std::vector<std::string>& files, std::optional<BackendChoice> backend)
    : set_(ModelSet::load(files, backend)) {
  for (std::size_t i = 0; i < set_->models().size(); ++i) {
    defaults_.emplace_back(built_in_scheduling());
    named_cores_.push_back({-1});
  }
}

Runtime::~Runtime() { close(); }

std::shared_ptr<const ModelSet> Runtime::set() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (set_ == nullptr) {
    throw StateError("the runtime is closed; create another one");
  }
  return set_;
}

bool Runtime::closed() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return set_ == nullptr;
}

Scheduling Runtime::scheduling(const Model& model) const {
  return defaults_[static_cast<std::size_t>(model.index())].load();
}

std::pair<Scheduling, std::vector<std::int64_t>> Runtime::stored_scheduling(const Model& model) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {scheduling(model), named_cores_[static_cast<std::size_t>(model.index())]};
}

void Runtime::set_scheduling(const std::vector<std::pair<const Model*, SchedulingChange>>& changes) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [model, change] : changes) {
    SharedScheduling& shared = defaults_[static_cast<std::size_t>(model->index())];
    Scheduling scheduling = shared.load();
    change.apply(&scheduling);
    shared.store(scheduling);
    if (change.backend.has_value()) {
      const bool any = change.bpu_cores.empty();
      named_cores_[static_cast<std::size_t>(model->index())] = any ? std::vector<std::int64_t>{-1} : change.bpu_cores;
    }
  }
}

void Runtime::close() {
  std::shared_ptr<ModelSet> set;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    set = std::move(set_);
  }
  if (set != nullptr) {
    set->close();
  }
}

}  // namespace hbm
