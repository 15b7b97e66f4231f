// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "awkward.hpp"

namespace {

constexpr unsigned char kGarbage = 0xCD;

struct Allocation {
  std::unique_ptr<char[]> device;
  std::uint64_t size = 0;
};

std::mutex mutex;
std::map<char*, Allocation>& allocations() {
  static auto* map = new std::map<char*, Allocation>;
  return *map;
}
std::int64_t allocation_count = 0;

// The allocation that holds this address, or end.
std::map<char*, Allocation>::iterator find(const char* address) {
  auto after = allocations().upper_bound(const_cast<char*>(address));
  if (after == allocations().begin()) {
    return allocations().end();
  }
  --after;
  return address < after->first + after->second.size ? after : allocations().end();
}

}  // namespace

namespace awkward {

char* device_side(const hbUCPSysMem& memory, std::uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  auto* address = static_cast<char*>(memory.virAddr);
  const auto found = find(address);
  if (found == allocations().end()) {
    return nullptr;
  }
  const auto offset = static_cast<std::uint64_t>(address - found->first);
  return bytes <= memory.memSize && offset + bytes <= found->second.size ? found->second.device.get() + offset
                                                                         : nullptr;
}

}  // namespace awkward

extern "C" {

std::int32_t hbUCPMallocCached(hbUCPSysMem* memory, std::uint64_t size, std::int32_t device) {
  AWKWARD_MAY_FAIL();
  if (memory == nullptr || size == 0 || size > std::uint64_t{1} << 33 || device != 0) {
    return HB_UCP_INVALID_ARGUMENT;
  }
  auto* address = static_cast<char*>(std::aligned_alloc(64, (size + 63) / 64 * 64));
  Allocation allocation;
  allocation.device.reset(new char[size]);
  allocation.size = size;
  std::memset(address, kGarbage, std::min(size, awkward::kMostUsed));
  std::memset(allocation.device.get(), kGarbage, std::min(size, awkward::kMostUsed));
  memory->virAddr = address;
  memory->phyAddr = reinterpret_cast<std::uint64_t>(allocation.device.get());
  memory->memSize = size;
  std::lock_guard<std::mutex> lock(mutex);
  allocations()[address] = std::move(allocation);
  ++allocation_count;
  return 0;
}

std::int32_t hbUCPMalloc(hbUCPSysMem* memory, std::uint64_t size, std::int32_t device) {
  AWKWARD_MAY_FAIL();
  return hbUCPMallocCached(memory, size, device);
}

std::int32_t hbUCPFree(hbUCPSysMem* memory) {
  std::lock_guard<std::mutex> lock(mutex);
  auto* address = memory != nullptr ? static_cast<char*>(memory->virAddr) : nullptr;
  const auto found = allocations().find(address);
  if (found == allocations().end()) {
    awkward::record_violation("hbUCPFree of memory that is not allocated");
    return HB_UCP_MEM_FREE_FAIL;
  }
  allocations().erase(found);
  std::free(address);
  AWKWARD_MAY_FAIL();
  return 0;
}

std::int32_t hbUCPMemFlush(hbUCPSysMem const* memory, std::int32_t flag) {
  AWKWARD_MAY_FAIL();
  char* device = awkward::device_side(*memory, memory->memSize);
  if (device == nullptr) {
    awkward::record_violation("hbUCPMemFlush beyond the allocation");
    return HB_UCP_MEM_FLUSH_FAIL;
  }
  const std::size_t size = std::min(memory->memSize, awkward::kMostUsed);
  if (flag == HB_SYS_MEM_CACHE_CLEAN) {
    std::memcpy(device, memory->virAddr, size);
  } else {
    std::memcpy(memory->virAddr, device, size);
  }
  return 0;
}

std::int64_t awkward_live_allocations(void) {
  std::lock_guard<std::mutex> lock(mutex);
  return static_cast<std::int64_t>(allocations().size());
}

std::int64_t awkward_allocation_count(void) {
  std::lock_guard<std::mutex> lock(mutex);
  return allocation_count;
}

}  // extern "C"
