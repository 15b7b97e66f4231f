// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "hbm/xxh3.hpp"

namespace hbm_sim {

/// XXH3-128 of several parts: names a network by its content, for sharing it in a process and keeping it on disk.
///
/// It does not withstand somebody who looks for two networks of one name: whoever can place a model file can place any.
class ContentHash {
 public:
  ContentHash() { XXH3_128bits_reset(&state_); }

  /// The boundaries between parts count: ("ab", "c") differs from ("a", "bc").
  void add(const void* data, std::size_t bytes) {
    const std::uint64_t length = bytes;
    XXH3_128bits_update(&state_, &length, sizeof length);
    XXH3_128bits_update(&state_, data, bytes);
  }
  void add(const std::string& text) { add(text.data(), text.size()); }

  /// 32 digits, usable as a file name.
  std::string hexadecimal() const { return hbm::xxh3_hexadecimal(state_); }

 private:
  XXH3_state_t state_;
};

/// XXH3-64, which finds damage.
inline std::uint64_t checksum(const std::string& content) { return XXH3_64bits(content.data(), content.size()); }

}  // namespace hbm_sim
