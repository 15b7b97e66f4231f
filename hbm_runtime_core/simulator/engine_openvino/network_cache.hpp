// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hbm_sim {

/// Compiled networks on disk, one file per network, named after what it was made from.
///
/// Any number of processes may use one folder: a file appears under its name complete or not at all, and is checked
/// when it is read. The cache only saves time: after any failure the network is compiled, as without an entry.
/// OpenVINO's own cache (ov::cache_dir) checks nothing and grows without limit; see docs/design.md.
class NetworkCache {
 public:
  static constexpr std::uintmax_t kLargestFolderBytes = std::uintmax_t{2} << 30;

  /// An empty folder name: no cache.
  explicit NetworkCache(std::string folder, std::uintmax_t largest_folder_bytes = kLargestFolderBytes)
      : folder_(std::move(folder)), largest_folder_bytes_(largest_folder_bytes) {}

  bool is_enabled() const noexcept { return !folder_.empty(); }

  std::optional<std::string> read(const std::string& key) const;
  /// Also removes what was unused for longest where the folder grows beyond its limit.
  void write(const std::string& key, const std::string& content) const;
  void remove(const std::string& key) const;

 private:
  std::string path(const std::string& key) const;
  void shrink() const;

  std::string folder_;
  std::uintmax_t largest_folder_bytes_;
};

}  // namespace hbm_sim
