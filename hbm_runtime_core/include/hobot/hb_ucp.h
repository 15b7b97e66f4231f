/* Copyright 2026 The hbm_runtime_ros authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tasks and scheduling of libhbucp. */
#ifndef HOBOT_HB_UCP_H_
#define HOBOT_HB_UCP_H_

#include <stddef.h>
#include <stdint.h>

#include "hobot/hb_ucp_status.h"
#include "hobot/hb_ucp_sys.h"

#define HB_UCP_VERSION_MAJOR 3
#define HB_UCP_VERSION_MINOR 13
#define HB_UCP_VERSION_PATCH 6

/* Bits of hbUCPSchedParam.backend. */
#define HB_UCP_CORE_ANY 0ULL /* the library chooses; used alone */
#define HB_UCP_BPU_CORE_0 (1ULL << 0)
#define HB_UCP_BPU_CORE_1 (1ULL << 1)
#define HB_UCP_BPU_CORE_2 (1ULL << 2)
#define HB_UCP_BPU_CORE_3 (1ULL << 3)
#define HB_UCP_BPU_CORE_ANY (1ULL << 7)

#ifdef __cplusplus
extern "C" {
#endif

typedef void* hbUCPTaskHandle_t;

/* Runs on a thread of the library once the task is done; status is the task's. */
typedef void (*hbUCPTaskDoneCb)(hbUCPTaskHandle_t task, int32_t status, void* userdata);

/* 0 to 253 are ordinary, 254 preempts, 255 preempts even 254. */
typedef enum { HB_UCP_PRIORITY_LOWEST = 0, HB_UCP_PRIORITY_HIGHEST = 255 } hbUCPTaskPriority;

typedef struct hbUCPSchedParam {
  int32_t priority;  /* 0 to 255, higher runs first */
  int64_t customId;  /* smaller runs first among equal priorities */
  uint64_t backend;  /* mask of cores */
  uint32_t deviceId; /* 0 */
} hbUCPSchedParam;

#define HB_UCP_INITIALIZE_SCHED_PARAM(param)    \
  do {                                          \
    (param)->priority = HB_UCP_PRIORITY_LOWEST; \
    (param)->customId = 0;                      \
    (param)->backend = HB_UCP_CORE_ANY;         \
    (param)->deviceId = 0;                      \
  } while (0)

/* Functions that return int32_t return 0 or a code of hbUCPStatus. */

int32_t hbUCPSubmitTask(hbUCPTaskHandle_t taskHandle, hbUCPSchedParam* schedParam);

/* timeoutMs: milliseconds; 0 waits for ever. */
int32_t hbUCPWaitTaskDone(hbUCPTaskHandle_t taskHandle, int32_t timeoutMs);

/* Between creating and submitting a task. */
int32_t hbUCPSetTaskDoneCb(hbUCPTaskHandle_t taskHandle, hbUCPTaskDoneCb callback, void* userdata);

int32_t hbUCPReleaseTask(hbUCPTaskHandle_t taskHandle);

/* Static strings, never freed. */
char const* hbUCPGetVersion(void);
char const* hbUCPGetSocName(void);
char const* hbUCPGetErrorDesc(int32_t errorCode);

int32_t hbUCPFlushLog(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

HB_UCP_STATIC_ASSERT(sizeof(hbUCPSchedParam) == 32, "hbUCPSchedParam is 32 bytes on LP64");
HB_UCP_STATIC_ASSERT(offsetof(hbUCPSchedParam, customId) == 8, "hbUCPSchedParam.customId");
HB_UCP_STATIC_ASSERT(offsetof(hbUCPSchedParam, backend) == 16, "hbUCPSchedParam.backend");
HB_UCP_STATIC_ASSERT(offsetof(hbUCPSchedParam, deviceId) == 24, "hbUCPSchedParam.deviceId");

#endif /* HOBOT_HB_UCP_H_ */
