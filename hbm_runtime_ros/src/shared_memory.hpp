// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hbm_ros {

// The memory of publishers, mapped a second time.
//
// Fast DDS unmaps the memory of a publisher that leaves, even if messages in it are still lent, and a reader of such a
// message crashes. A mapping of our own stays as long as somebody reads from it. One thread at a time uses this.
class SharedMemory {
 public:
  // The `size_bytes` at `lent` in a mapping of our own, or nothing: they lie elsewhere, or cannot be opened.
  std::shared_ptr<const std::uint8_t> find(const std::uint8_t* lent, std::size_t size_bytes);

 private:
  // Where the middleware has mapped a file, and where we have.
  struct Mapping {
    std::uintptr_t begin;
    std::uintptr_t end;
    ino_t inode;
    std::shared_ptr<const std::uint8_t> memory;
  };

  std::shared_ptr<const std::uint8_t> find_mapped(const std::uint8_t* lent, std::size_t size_bytes) const;
  void follow_middleware();

  std::vector<Mapping> mappings_;
  std::vector<const std::uint8_t*> elsewhere_;
};

}  // namespace hbm_ros
