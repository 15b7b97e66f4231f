// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hobot/dnn/hb_dnn.h"
#include "hobot/dnn/hb_dnn_status.h"
#include "hobot/hb_ucp.h"
#include "hobot/hb_ucp_status.h"
#include "hobot/hb_ucp_sys.h"

namespace hbm {

// The functions the runtime needs, by the library that must export them.
#define HBM_DNN_REQUIRED_FUNCTIONS(X) \
  X(hbDNNGetVersion)                  \
  X(hbDNNInitializeFromFiles)         \
  X(hbDNNRelease)                     \
  X(hbDNNGetModelNameList)            \
  X(hbDNNGetModelHandle)              \
  X(hbDNNGetModelDesc)                \
  X(hbDNNGetHBMDesc)                  \
  X(hbDNNGetInputCount)               \
  X(hbDNNGetOutputCount)              \
  X(hbDNNGetInputName)                \
  X(hbDNNGetOutputName)               \
  X(hbDNNGetInputTensorProperties)    \
  X(hbDNNGetOutputTensorProperties)   \
  X(hbDNNGetInputDesc)                \
  X(hbDNNGetOutputDesc)               \
  X(hbDNNInferV2)                     \
  X(hbDNNGetTaskOutputTensorProperties)

#define HBM_UCP_REQUIRED_FUNCTIONS(X) \
  X(hbUCPMallocCached)                \
  X(hbUCPFree)                        \
  X(hbUCPMemFlush)                    \
  X(hbUCPSubmitTask)                  \
  X(hbUCPWaitTaskDone)                \
  X(hbUCPReleaseTask)

// Some images lack these; null where missing.
#define HBM_DNN_OPTIONAL_FUNCTIONS(X) \
  X(hbDNNGetErrorDesc)                \
  X(hbDNNGetCompileBpuCoreNum)

#define HBM_UCP_OPTIONAL_FUNCTIONS(X) \
  X(hbUCPGetErrorDesc)                \
  X(hbUCPGetSocName)

/// The functions of the two libraries; the driver fills it.
struct ApiTable {
#define HBM_DECLARE_FUNCTION(name) decltype(&::name) name = nullptr;
  HBM_DNN_REQUIRED_FUNCTIONS(HBM_DECLARE_FUNCTION)
  HBM_UCP_REQUIRED_FUNCTIONS(HBM_DECLARE_FUNCTION)
  HBM_DNN_OPTIONAL_FUNCTIONS(HBM_DECLARE_FUNCTION)
  HBM_UCP_OPTIONAL_FUNCTIONS(HBM_DECLARE_FUNCTION)
#undef HBM_DECLARE_FUNCTION
  /// Why the calling thread's last call failed, in the library's own text; null where the library has no such function,
  /// as on a board.
  const char* (*last_error_text)(void) = nullptr;
};

}  // namespace hbm
