// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hbm_sim_test {

/// A member of a zip archive. What the archive claims about it may be made to differ from what it is.
struct Member {
  std::string name;
  std::string content;
  bool deflated = false;
  std::uint32_t claimed_bytes = 0;  ///< 0: the truth
  std::uint16_t method = 0xffff;    ///< 0xffff: what was done
  std::uint16_t flags = 0;
};

std::string make_zip(const std::vector<Member>& members);

/// A simulated model file with that manifest.
std::string make_model_file(const std::string& manifest);

/// A manifest of one timed model: `tensors` is the JSON of "inputs" and "outputs", `more` other members of the model.
std::string timed_manifest(const std::string& name, const std::string& tensors, const std::string& more = "");

/// A timed model "identity" that copies F32 [1, 16] from "x" to "y".
std::string identity_manifest(const std::string& name = "identity", const std::string& more = "");

/// A file in a folder that is removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace hbm_sim_test
