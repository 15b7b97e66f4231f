// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The C API of libhbucp: device memory.
#include "hobot/hb_ucp_sys.h"
#include "ucp/device_memory.hpp"
#include "ucp/job.hpp"

namespace {

constexpr std::uint64_t kMaxBlockBytes = std::uint64_t{1} << 40;

std::int32_t allocate(const char* function, hbUCPSysMem* memory, std::uint64_t size, std::int32_t device) {
  if (const std::int32_t status = hbm_sim_enter(function, nullptr); status != 0) {
    return status;
  }
  if (memory == nullptr) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: the memory struct is NULL", function);
  }
  if (size == 0 || size > kMaxBlockBytes) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: a size of %llu bytes is not valid", function,
                        static_cast<unsigned long long>(size));
  }
  if (device != 0) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "%s: device 0 is the only one, got %d", function, device);
  }
  return hbm_sim::DeviceMemory::instance().allocate(memory, size);
}

}  // namespace

extern "C" {

std::int32_t hbUCPMalloc(hbUCPSysMem* mem, std::uint64_t size, std::int32_t deviceId) {
  return allocate("hbUCPMalloc", mem, size, deviceId);
}

std::int32_t hbUCPMallocCached(hbUCPSysMem* mem, std::uint64_t size, std::int32_t deviceId) {
  return allocate("hbUCPMallocCached", mem, size, deviceId);
}

std::int32_t hbUCPFree(hbUCPSysMem* mem) {
  if (const std::int32_t status = hbm_sim_enter("hbUCPFree", nullptr); status != 0) {
    return status;
  }
  if (mem == nullptr) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPFree: the memory struct is NULL");
  }
  return hbm_sim::DeviceMemory::instance().release(mem);
}

std::int32_t hbUCPMemFlush(hbUCPSysMem const* mem, std::int32_t flag) {
  if (const std::int32_t status = hbm_sim_enter("hbUCPMemFlush", nullptr); status != 0) {
    return status;
  }
  if (mem == nullptr) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPMemFlush: the memory struct is NULL");
  }
  if (flag != HB_SYS_MEM_CACHE_INVALIDATE && flag != HB_SYS_MEM_CACHE_CLEAN) {
    return hbm_sim_fail(HB_UCP_INVALID_ARGUMENT, "hbUCPMemFlush: flag must be 1 (invalidate) or 2 (clean), got %d",
                        flag);
  }
  if (!hbm_sim::DeviceMemory::instance().contains(*mem)) {
    return hbm_sim_fail(HB_UCP_MEM_IS_INVALID, "hbUCPMemFlush: %p with %llu bytes is not in a block of device memory",
                        mem->virAddr, static_cast<unsigned long long>(mem->memSize));
  }
  return HB_UCP_SUCCESS;
}
}
