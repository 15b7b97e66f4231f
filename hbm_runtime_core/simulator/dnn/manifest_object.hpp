// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hbm_sim {

/// A JSON object with its place in the manifest, so that each error contains the place, what was expected and what
/// came.
class ManifestObject {
 public:
  /// `json` must outlive this. Throws StatusError when it is no object or holds a key that is not in `keys`.
  ManifestObject(const nlohmann::json& json, std::string place, std::initializer_list<const char*> keys);

  bool contains(const char* key) const;

  /// Mandatory members throw when absent; the others return `fallback`.
  std::string text(const char* key) const;
  std::string text(const char* key, const std::string& fallback) const;
  /// A text that is not empty.
  std::string name(const char* key) const;
  std::int64_t integer(const char* key, std::int64_t smallest, std::int64_t largest,
                       std::optional<std::int64_t> fallback = std::nullopt) const;
  double number(const char* key) const;
  std::vector<std::int64_t> integers(const char* key, std::int64_t smallest, std::int64_t largest) const;
  std::vector<float> numbers(const char* key) const;
  ManifestObject object(const char* key, std::initializer_list<const char*> keys) const;
  std::vector<ManifestObject> objects(const char* key, std::size_t fewest, std::size_t most,
                                      std::initializer_list<const char*> keys) const;

  /// Throws StatusError: "<place>.<key>: <error>".
  [[noreturn]] void fail(const char* key, const std::string& complaint) const;

 private:
  const nlohmann::json& at(const char* key) const;
  const nlohmann::json& array(const char* key) const;

  const nlohmann::json* json_;
  std::string place_;
};

}  // namespace hbm_sim
