/* Copyright 2026 The hbm_runtime_ros authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Device memory of libhbucp. */
#ifndef HOBOT_HB_UCP_SYS_H_
#define HOBOT_HB_UCP_SYS_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One block of device memory, or a window into one: phyAddr and virAddr move
 * together, memSize is the window's size in bytes. */
typedef struct hbUCPSysMem {
  uint64_t phyAddr; /* address as the device sees it */
  void* virAddr;    /* address as the CPU sees it */
  uint64_t memSize; /* bytes */
} hbUCPSysMem;

typedef enum {
  HB_SYS_MEM_CACHE_INVALIDATE = 1, /* before the CPU reads what the device wrote */
  HB_SYS_MEM_CACHE_CLEAN = 2       /* before the device reads what the CPU wrote */
} hbUCPSysMemFlushFlag;

/* All functions return 0 or a code of hbUCPStatus. */

int32_t hbUCPMalloc(hbUCPSysMem* mem, uint64_t size, int32_t deviceId);
int32_t hbUCPMallocCached(hbUCPSysMem* mem, uint64_t size, int32_t deviceId);
int32_t hbUCPFree(hbUCPSysMem* mem);

/* Acts on the bytes of the window given; flag is one of HB_SYS_MEM_CACHE_*. */
int32_t hbUCPMemFlush(hbUCPSysMem const* mem, int32_t flag);

#ifdef __cplusplus
} /* extern "C" */
#define HB_UCP_STATIC_ASSERT static_assert
#else
#define HB_UCP_STATIC_ASSERT _Static_assert
#endif

HB_UCP_STATIC_ASSERT(sizeof(hbUCPSysMem) == 24, "hbUCPSysMem is 24 bytes on LP64");
HB_UCP_STATIC_ASSERT(offsetof(hbUCPSysMem, virAddr) == 8, "hbUCPSysMem.virAddr");
HB_UCP_STATIC_ASSERT(offsetof(hbUCPSysMem, memSize) == 16, "hbUCPSysMem.memSize");

#endif /* HOBOT_HB_UCP_SYS_H_ */
