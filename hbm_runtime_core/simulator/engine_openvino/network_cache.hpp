// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_NETWORK_CACHE_HPP_
#define HBM_SIM_ENGINE_OPENVINO_NETWORK_CACHE_HPP_

#include <optional>
#include <string>

namespace hbm_sim {

/// Compiled networks on disk, one file a network, named by what it was made from.
///
/// Any number of processes may use one folder: a file appears under its name complete or not at all, and is checked
/// when it is read. The cache only saves time: whatever goes wrong with it is as if the entry were not there.
class NetworkCache {
 public:
  /// An empty folder name gives a cache that holds nothing.
  explicit NetworkCache(std::string folder) : folder_(std::move(folder)) {}

  bool is_enabled() const noexcept { return !folder_.empty(); }

  std::optional<std::string> read(const std::string& key) const;
  /// Also removes what was unused for longest where the folder grows beyond its limit.
  void write(const std::string& key, const std::string& content) const;
  void remove(const std::string& key) const;

 private:
  std::string path(const std::string& key) const;
  void shrink() const;

  std::string folder_;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_ENGINE_OPENVINO_NETWORK_CACHE_HPP_
