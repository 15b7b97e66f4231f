// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_SHA256_HPP_
#define HBM_SIM_ENGINE_OPENVINO_SHA256_HPP_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hbm_sim {

/// SHA-256 (FIPS 180-4): names a network by its content, for sharing it in a process and keeping it on disk.
class Sha256 {
 public:
  void update(const void* data, std::size_t bytes);
  /// Length first, so that parts cannot run into each other.
  void update_part(const void* data, std::size_t bytes);
  void update_part(const std::string& text) { update_part(text.data(), text.size()); }

  /// The digest in hexadecimal; the object is used up.
  std::string hexadecimal();

 private:
  static constexpr std::size_t kBlockBytes = 64;

  void compress(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, kBlockBytes> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace hbm_sim

#endif  // HBM_SIM_ENGINE_OPENVINO_SHA256_HPP_
