// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// A model file: an archive with a manifest, recordings and programs.
#include "simulator.hpp"

HBM_FUZZ_TARGET(model_file, input) {
  const std::vector<std::uint8_t> file = input.rest();
  hbm_fuzz::use_model_file(file.data(), file.size());
}

#ifndef HBM_FUZZ_REPLAY

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size_bytes, std::size_t max_bytes);

namespace {

std::uint32_t number_at(const std::uint8_t* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; --i) {
    value = value << 8 | at[i];
  }
  return value;
}

void write_checksum(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<std::uint8_t>(value >> 8 * i);
  }
}

/// Corrects the checksums of the members that are not compressed: else a changed one is never read to its end.
void correct_checksums(std::uint8_t* data, std::size_t size_bytes) {
  constexpr std::size_t kLocalBytes = 30, kDirectoryBytes = 46;
  for (std::size_t entry = 0; entry + kDirectoryBytes <= size_bytes; ++entry) {
    if (std::memcmp(data + entry, "PK\1\2", 4) != 0 || number_at(data + entry + 10, 2) != 0) {
      continue;
    }
    const std::size_t local = number_at(data + entry + 42, 4), bytes = number_at(data + entry + 20, 4);
    if (local + kLocalBytes > size_bytes) {
      continue;
    }
    const std::size_t content = local + kLocalBytes + number_at(data + local + 26, 2) + number_at(data + local + 28, 2);
    if (content > size_bytes || bytes > size_bytes - content) {
      continue;
    }
    const std::uint32_t checksum = hbm_fuzz::checksum_of(data + content, bytes);
    write_checksum(data + entry + 16, checksum);
    write_checksum(data + local + 14, checksum);
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size_bytes, std::size_t max_bytes,
                                               unsigned seed) {
  size_bytes = LLVMFuzzerMutate(data, size_bytes, max_bytes);
  if (seed % 8 != 0) {
    correct_checksums(data, size_bytes);
  }
  return size_bytes;
}

#endif
