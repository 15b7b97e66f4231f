// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

namespace hbm_ros {
namespace {

// How Fast DDS names the files of data sharing.
constexpr const char* kFilePart = "/fast_datasharing_";
// Compared to check that our mapping still shows the memory that the middleware lends.
constexpr std::size_t kComparedBytes = 64;
constexpr std::size_t kRemembered = 16;

std::shared_ptr<const std::uint8_t> map_file(const std::string& path, ino_t inode, off_t offset,
                                             std::size_t size_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return nullptr;
  }
  struct stat status {};
  void* memory = MAP_FAILED;
  if (fstat(file, &status) == 0 && status.st_ino == inode) {
    memory = mmap(nullptr, size_bytes, PROT_READ, MAP_SHARED, file, offset);
  }
  close(file);
  if (memory == MAP_FAILED) {
    return nullptr;
  }
  return {static_cast<const std::uint8_t*>(memory),
          [size_bytes](const std::uint8_t* begin) { munmap(const_cast<std::uint8_t*>(begin), size_bytes); }};
}

}  // namespace

std::shared_ptr<const std::uint8_t> SharedMemory::find(const std::uint8_t* lent, std::size_t size_bytes) {
  if (std::find(elsewhere_.begin(), elsewhere_.end(), lent) != elsewhere_.end()) {
    return nullptr;
  }
  std::shared_ptr<const std::uint8_t> found = find_mapped(lent, size_bytes);
  if (!found) {
    follow_middleware();
    found = find_mapped(lent, size_bytes);
  }
  if (!found) {
    // Reading all mappings again would take longer than the copy that is made instead.
    if (elsewhere_.size() == kRemembered) {
      elsewhere_.clear();
    }
    elsewhere_.push_back(lent);
  }
  return found;
}

std::shared_ptr<const std::uint8_t> SharedMemory::find_mapped(const std::uint8_t* lent, std::size_t size_bytes) const {
  const auto address = reinterpret_cast<std::uintptr_t>(lent);
  for (const Mapping& mapping : mappings_) {
    if (address >= mapping.begin && address + size_bytes <= mapping.end) {
      const std::uint8_t* ours = mapping.memory.get() + (address - mapping.begin);
      // Another publisher's memory may have been mapped to the same addresses.
      const bool same = std::memcmp(ours, lent, std::min(size_bytes, kComparedBytes)) == 0;
      return same ? std::shared_ptr<const std::uint8_t>(mapping.memory, ours) : nullptr;
    }
  }
  return nullptr;
}

void SharedMemory::follow_middleware() {
  std::vector<Mapping> mappings;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path_begin = line.find('/');
    if (path_begin == std::string::npos || line.find(kFilePart, path_begin) == std::string::npos) {
      continue;
    }
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uintmax_t offset = 0;
    std::uintmax_t inode = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %*s %" SCNxMAX " %*s %" SCNuMAX, &begin, &end, &offset,
                    &inode) != 4) {
      continue;
    }
    const auto known = std::find_if(mappings_.begin(), mappings_.end(), [&](const Mapping& mapping) {
      return mapping.begin == begin && mapping.end == end && mapping.inode == inode;
    });
    if (known != mappings_.end()) {
      mappings.push_back(*known);
    } else if (auto memory = map_file(line.substr(path_begin), inode, static_cast<off_t>(offset), end - begin)) {
      mappings.push_back({begin, end, inode, std::move(memory)});
    }
  }
  mappings_ = std::move(mappings);
}

}  // namespace hbm_ros
