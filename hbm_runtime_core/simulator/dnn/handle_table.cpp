// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/handle_table.hpp"

#include <mutex>

#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

std::uintptr_t key(void* handle) noexcept { return reinterpret_cast<std::uintptr_t>(handle); }

void* handle_of(std::uintptr_t key) noexcept { return reinterpret_cast<void*>(key); }

}  // namespace

HandleTable& HandleTable::instance() {
  // Never destroyed: a thread of the device may still finish an inference while the process exits.
  static HandleTable* const table = new HandleTable;
  return *table;
}

std::uintptr_t HandleTable::next_handle() {
  // Odd, so that no handle equals the address of an object.
  last_handle_ += 2;
  return last_handle_ | 1;
}

hbDNNPackedHandle_t HandleTable::add(std::unique_ptr<Package> package) {
  const std::unique_lock lock(mutex_);
  const std::uintptr_t handle = next_handle();
  PackageEntry entry{std::move(package), {}};
  try {
    for (const auto& model : entry.package->models()) {
      const std::uintptr_t model_handle = next_handle();
      entry.model_handles.push_back(model_handle);
      models_.emplace(model_handle, ModelEntry{entry.package, model.get()});
    }
    packages_.emplace(handle, entry);
  } catch (...) {
    for (const std::uintptr_t model_handle : entry.model_handles) {
      models_.erase(model_handle);
    }
    throw;
  }
  return handle_of(handle);
}

std::shared_ptr<Package> HandleTable::package(hbDNNPackedHandle_t handle) const {
  const std::shared_lock lock(mutex_);
  const auto found = packages_.find(key(handle));
  return found == packages_.end() ? nullptr : found->second.package;
}

std::shared_ptr<Model> HandleTable::model(hbDNNHandle_t handle) const {
  const std::shared_lock lock(mutex_);
  const auto found = models_.find(key(handle));
  if (found == models_.end()) {
    return nullptr;
  }
  return {found->second.package, found->second.model};
}

ModelLease HandleTable::lease(hbDNNHandle_t handle) const {
  const std::shared_lock lock(mutex_);
  const auto found = models_.find(key(handle));
  if (found == models_.end()) {
    return {};
  }
  return ModelLease(*found->second.package, *found->second.model);
}

hbDNNHandle_t HandleTable::model_handle(hbDNNPackedHandle_t handle, const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = packages_.find(key(handle));
  if (found == packages_.end()) {
    return nullptr;
  }
  for (const std::uintptr_t model_handle : found->second.model_handles) {
    if (models_.at(model_handle).model->spec().name == name) {
      return handle_of(model_handle);
    }
  }
  return nullptr;
}

std::int32_t HandleTable::release(hbDNNPackedHandle_t handle) {
  PackageEntry released;  // Freed after the lock is released, because destroying an engine may take long.
  const std::unique_lock lock(mutex_);
  const auto found = packages_.find(key(handle));
  if (found == packages_.end()) {
    return HB_UCP_INVALID_ARGUMENT;
  }
  if (found->second.package->inferences().load(std::memory_order_acquire) > 0) {
    return HB_UCP_MODEL_IS_INUSE;
  }
  released = std::move(found->second);
  packages_.erase(found);
  for (const std::uintptr_t model_handle : released.model_handles) {
    models_.erase(model_handle);
  }
  return HB_UCP_SUCCESS;
}

}  // namespace hbm_sim
