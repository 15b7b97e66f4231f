// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_CONTENT_HASH_HPP_
#define HBM_SIM_ENGINE_OPENVINO_CONTENT_HASH_HPP_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hbm_sim {

/// 128 bits that name a network by its content, for sharing it in a process and keeping it on disk.
///
/// Made for speed (as fast as memory): two different networks never meet by accident, but nothing here withstands
/// somebody who wants them to. Whoever can place a model file can place any model.
class ContentHash {
 public:
  /// The boundaries between parts count: ("ab", "c") differs from ("a", "bc").
  void add(const void* data, std::size_t bytes);
  void add(const std::string& text) { add(text.data(), text.size()); }

  /// 32 digits, usable as a file name.
  std::string hexadecimal() const;

 private:
  void mix(std::uint64_t first, std::uint64_t second);

  std::array<std::uint64_t, 2> lanes_{0x243f6a8885a308d3, 0x13198a2e03707344};
};

}  // namespace hbm_sim

#endif  // HBM_SIM_ENGINE_OPENVINO_CONTENT_HASH_HPP_
