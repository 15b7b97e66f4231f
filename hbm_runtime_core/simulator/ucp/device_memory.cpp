// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/device_memory.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>

#include "ucp/configuration.hpp"
#include "ucp/job.hpp"
#include "ucp/messages.hpp"

namespace hbm_sim {
namespace {

// The strictest alignment that any SoC requires of a tensor or a row, and a multiple of a cache line.
constexpr std::uint64_t kBlockAlignment = 256;

// The device has other addresses for memory than the CPU, as on the board, so that code which confuses them fails here,
// too.
constexpr std::uint64_t kDeviceAddressBit = std::uint64_t{1} << 62;

std::uint64_t device_address(const void* cpu_address) {
  return reinterpret_cast<std::uintptr_t>(cpu_address) | kDeviceAddressBit;
}

}  // namespace

DeviceMemory& DeviceMemory::instance() {
  // Never destroyed: buffers may be freed by other static objects' destructors.
  static DeviceMemory* memory = new DeviceMemory;
  return *memory;
}

std::int32_t DeviceMemory::allocate(hbUCPSysMem* memory, std::uint64_t size_bytes) {
  const std::uint64_t limit = static_cast<std::uint64_t>(configuration().soc.memory_bytes);
  const std::unique_lock lock(mutex_);
  void* block = nullptr;
  if (size_bytes <= limit - used_bytes_) {
    const std::uint64_t rounded = (size_bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
    block = std::aligned_alloc(kBlockAlignment, rounded);
  }
  if (block == nullptr) {
    return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL,
                        "device memory: %" PRIu64 " bytes asked for, %" PRIu64 " of %" PRIu64
                        " bytes in use; free buffers or load fewer models",
                        size_bytes, used_bytes_, limit);
  }
  try {
    size_of_.emplace(reinterpret_cast<std::uintptr_t>(block), size_bytes);
  } catch (const std::bad_alloc&) {
    std::free(block);
    return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "device memory: the host's memory is exhausted");
  }
  used_bytes_ += size_bytes;
  memory->virAddr = block;
  memory->phyAddr = device_address(block);
  memory->memSize = size_bytes;
  return HB_UCP_SUCCESS;
}

std::int32_t DeviceMemory::release(hbUCPSysMem* memory) {
  const std::uintptr_t base = memory->virAddr != nullptr
                                  ? reinterpret_cast<std::uintptr_t>(memory->virAddr)
                                  : static_cast<std::uintptr_t>(memory->phyAddr & ~kDeviceAddressBit);
  const std::unique_lock lock(mutex_);
  const auto found = size_of_.find(base);
  if (found == size_of_.end()) {
    return hbm_sim_fail(HB_UCP_MEM_FREE_FAIL,
                        "hbUCPFree: %p is not the start of a block of device memory (freed already, or a window?)",
                        reinterpret_cast<void*>(base));
  }
  used_bytes_ -= found->second;
  size_of_.erase(found);
  std::free(reinterpret_cast<void*>(base));
  *memory = hbUCPSysMem{};
  return HB_UCP_SUCCESS;
}

std::int32_t DeviceMemory::check_mapping(const hbUCPSysMem& window) const {
  char text[256];
  if (!contains(window)) {
    std::snprintf(text, sizeof text,
                  "hb_bpu_map failed: the %" PRIu64
                  " bytes at %p do not lie in one block of hbUCPMalloc or hbUCPMallocCached, or it is freed",
                  window.memSize, window.virAddr);
  } else if (window.phyAddr != device_address(window.virAddr)) {
    std::snprintf(text, sizeof text,
                  "hb_bpu_map failed: virAddr %p belongs to phyAddr 0x%" PRIx64 ", got 0x%" PRIx64
                  "; move both alike to make a window into a block",
                  window.virAddr, device_address(window.virAddr), window.phyAddr);
  } else {
    return HB_UCP_SUCCESS;
  }
  set_last_error(text);
  return HB_UCP_MEM_MAP_FAIL;
}

bool DeviceMemory::contains(const hbUCPSysMem& window) const {
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(window.virAddr);
  const std::shared_lock lock(mutex_);
  auto after = size_of_.upper_bound(start);
  if (after == size_of_.begin()) {
    return false;
  }
  const auto& [base, size] = *--after;
  const std::uint64_t offset = start - base;
  return offset < size && window.memSize <= size - offset;
}

}  // namespace hbm_sim
