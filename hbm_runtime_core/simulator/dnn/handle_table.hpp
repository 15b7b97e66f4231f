// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dnn/package.hpp"

namespace hbm_sim {

/// A model that cannot be released while the lease lasts.
class ModelLease {
 public:
  ModelLease() = default;
  /// Counts one inference of `package`.
  ModelLease(Package& package, Model& model) noexcept : package_(&package), model_(&model) {
    package.inferences().fetch_add(1, std::memory_order_relaxed);
  }
  ModelLease(ModelLease&& other) noexcept
      : package_(std::exchange(other.package_, nullptr)), model_(std::exchange(other.model_, nullptr)) {}
  ModelLease& operator=(ModelLease&& other) noexcept {
    std::swap(package_, other.package_);
    std::swap(model_, other.model_);
    return *this;
  }
  ~ModelLease() {
    if (package_ != nullptr) {
      package_->inferences().fetch_sub(1, std::memory_order_release);
    }
  }

  Model* model() const noexcept { return model_; }

 private:
  Package* package_ = nullptr;
  Model* model_ = nullptr;
};

/// Which handles exist. Handles are not addresses but numbers that are never reused, so a wrong or released one is
/// recognized.
class HandleTable {
 public:
  /// The table of the process.
  static HandleTable& instance();

  hbDNNPackedHandle_t add(std::unique_ptr<Package> package);

  /// Null where the handle is none of a package, or of a model.
  std::shared_ptr<Package> package(hbDNNPackedHandle_t handle) const;
  std::shared_ptr<Model> model(hbDNNHandle_t handle) const;
  /// Empty if the handle is not that of a model.
  ModelLease lease(hbDNNHandle_t handle) const;

  /// The handle of a model of the package; null where there is no such name.
  hbDNNHandle_t model_handle(hbDNNPackedHandle_t handle, const std::string& name) const;

  /// Frees a package and its models. HB_UCP_MODEL_IS_INUSE while an inference is not released.
  std::int32_t release(hbDNNPackedHandle_t handle);

 private:
  struct PackageEntry {
    std::shared_ptr<Package> package;
    std::vector<std::uintptr_t> model_handles;  ///< In the order of the models.
  };
  struct ModelEntry {
    std::shared_ptr<Package> package;
    Model* model;
  };

  std::uintptr_t next_handle();

  mutable std::shared_mutex mutex_;
  std::uintptr_t last_handle_ = 0;
  std::unordered_map<std::uintptr_t, PackageEntry> packages_;
  std::unordered_map<std::uintptr_t, ModelEntry> models_;
};

}  // namespace hbm_sim
