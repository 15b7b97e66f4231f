// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model.hpp"

namespace hbm {

/// All models of a list of files. Shared by the runtime and every call in flight, so that a runtime may be dropped
/// while it works; the last holder unloads.
class ModelSet {
 public:
  /// Loads every file. Throws FileError, ValueError (two models of one name) or DeviceError.
  static std::shared_ptr<ModelSet> load(const std::vector<std::string>& files,
                                        std::optional<BackendChoice> backend = std::nullopt);
  ~ModelSet();

  const std::vector<std::unique_ptr<Model>>& models() const { return models_; }
  /// The only model; ValueError where several are loaded.
  const Model& only_model() const;
  /// In load order.
  std::vector<std::string> model_names() const;
  [[noreturn]] void throw_unknown_model(const std::string& name) const;
  /// One per file, in the order given.
  const std::vector<std::string>& file_descriptions() const { return file_descriptions_; }
  Device& device() const { return device_; }

  /// Refuses new calls; those in flight end.
  void close();
  bool closed() const { return closed_.load(std::memory_order_acquire); }

  ModelSet(const ModelSet&) = delete;
  ModelSet& operator=(const ModelSet&) = delete;

 private:
  class Packages;
  class OrphanRelease;

  explicit ModelSet(Device& device);
  void load_file(const std::string& file);

  Device& device_;
  std::atomic<bool> closed_{false};
  // Each file has a handle of its own: the list of names of a common one need not follow the order of the files, and
  // an error would not name the file that it concerns.
  const std::shared_ptr<Packages> packages_;
  const std::shared_ptr<OrphanRelease> orphan_release_;
  std::vector<std::string> file_descriptions_;
  std::vector<std::string> model_files_;
  std::vector<std::unique_ptr<Model>> models_;
};

}  // namespace hbm
