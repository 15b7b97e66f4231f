// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "dnn/model.hpp"
#include "dnn/zip_archive.hpp"

namespace hbm_sim {

/// All models of one load call: the object behind a packed handle.
class Package {
 public:
  /// Reads one more model file. Throws StatusError.
  void add_file(const std::string& path);

  /// Reads one more model file, which the caller has in memory; `label` names it in messages. Throws StatusError.
  void add_data(const std::string& label, const void* data, std::uint64_t bytes);

  const std::vector<std::unique_ptr<Model>>& models() const noexcept { return models_; }

  /// The descriptions of the files, in the order they were added.
  const std::vector<std::string>& file_descriptions() const noexcept { return file_descriptions_; }

  /// Names of all models, owned by the package; constant once the last file was added.
  const std::vector<const char*>& names() const noexcept { return names_; }

  /// Inferences that were asked for and are not released. The package must not be freed while there are any.
  std::atomic<int>& inferences() noexcept { return inferences_; }

 private:
  template <typename Open>
  void add(const std::string& label, const Open& open);
  void read(const std::string& label, const ZipArchive& archive);

  std::vector<std::unique_ptr<Model>> models_;
  std::vector<std::string> labels_;  ///< Of the file that each model came from.
  std::vector<std::string> file_descriptions_;
  std::vector<const char*> names_;
  std::atomic<int> inferences_{0};
};

}  // namespace hbm_sim
