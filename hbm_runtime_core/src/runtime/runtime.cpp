// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/runtime.hpp"

#include "driver/error.hpp"
#include "runtime/names.hpp"

namespace hbm {
namespace {

std::vector<std::string> names_of(const ModelSet& set) {
  std::vector<std::string> names;
  for (const auto& model : set.models()) {
    names.push_back(model->name());
  }
  return names;
}

}  // namespace

Runtime::Runtime(const std::vector<std::string>& files)
    : set_(ModelSet::load(files)), defaults_(set_->models().size(), built_in_scheduling()) {}

Runtime::~Runtime() { close(); }

const std::shared_ptr<ModelSet>& Runtime::set() const {
  if (set_ == nullptr) {
    throw StateError("the runtime is closed; make another one to go on");
  }
  return set_;
}

const Model& Runtime::model(const std::string& name) const {
  for (const auto& model : models()) {
    if (model->name() == name) {
      return *model;
    }
  }
  throw_unknown_model(name);
}

const Model& Runtime::only_model() const {
  if (models().size() != 1) {
    throw ValueError("model_name: needed, because " + std::to_string(models().size()) + " models are loaded: " +
                     list_names(names_of(*set_)));
  }
  return *models().front();
}

void Runtime::throw_unknown_model(const std::string& name) const {
  throw ValueError("model '" + name + "' is not loaded; loaded: " + list_names(names_of(*set())) +
                   suggest_name(name, names_of(*set())));
}

Scheduling Runtime::scheduling(const Model& model) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return defaults_[static_cast<std::size_t>(model.index())];
}

void Runtime::set_scheduling(const std::vector<std::pair<const Model*, SchedulingChange>>& changes) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [model, change] : changes) {
    change.apply(&defaults_[static_cast<std::size_t>(model->index())]);
  }
}

void Runtime::close() {
  const std::shared_ptr<ModelSet> set = std::move(set_);
  if (set != nullptr) {
    set->close();
  }
}

}  // namespace hbm
