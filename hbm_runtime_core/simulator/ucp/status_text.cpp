// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "hobot/hb_ucp.h"

extern "C" char const* hbUCPGetErrorDesc(std::int32_t code) {
  switch (code) {
    case HB_UCP_SUCCESS:
      return "success";
    case HB_UCP_INVALID_ARGUMENT:
      return "an argument is invalid";
    case HB_UCP_API_USE_ERROR:
      return "the function is called in the wrong order or in the wrong process";
    case HB_UCP_INIT_FAILED:
      return "initialization failed";
    case HB_UCP_UNKNOWN_ERROR:
      return "unknown error";
    case HB_UCP_VERSION_INCOMPATIBLE:
      return "the versions do not fit";
    case HB_UCP_TASK_NUMBER_EXCEED_LIMIT:
      return "too many tasks at a time";
    case HB_UCP_TASK_TIMEOUT:
      return "the task is not finished in time";
    case HB_UCP_TASK_RUN_FAILED:
      return "the task failed while it ran";
    case HB_UCP_TASK_HANDLE_INVALID:
      return "the task handle is invalid, or the task is in another state";
    case HB_UCP_OP_NUMBER_EXCEED_LIMIT:
      return "too many operators";
    case HB_UCP_OP_NOT_REGISTER:
      return "the operator is not registered";
    case HB_UCP_OP_CMD_UNAVAILABLE:
      return "the operator's command is not available";
    case HB_UCP_MEM_ALLOC_FAIL:
      return "device memory cannot be allocated";
    case HB_UCP_MEM_FREE_FAIL:
      return "device memory cannot be freed";
    case HB_UCP_MEM_FLUSH_FAIL:
      return "the cache cannot be cleaned";
    case HB_UCP_MEM_INVALIDATE_FAIL:
      return "the cache cannot be invalidated";
    case HB_UCP_MEM_IS_INVALID:
      return "this is no device memory";
    case HB_UCP_MEM_MAP_FAIL:
      return "the memory cannot be mapped to the device";
    case HB_UCP_MEM_UNMAP_FAIL:
      return "the memory cannot be unmapped from the device";
    case HB_UCP_FILE_OPEN_FAILED:
      return "the file cannot be opened";
    case HB_UCP_MODEL_NUMBER_EXCEED_LIMIT:
      return "too many models";
    case HB_UCP_MODEL_INVALID:
      return "the model is invalid";
    case HB_UCP_MODEL_IS_INUSE:
      return "the model is in use";
    case HB_UCP_MODEL_INCOMPATIBLE:
      return "the model does not fit this device or this library";
    case HB_UCP_DSP_UNAVAILABLE:
      return "DSP: not available";
    case HB_UCP_DSP_XV_ALLOC_FAIL:
      return "DSP: allocation failed";
    case HB_UCP_DSP_XV_FREE_FAIL:
      return "DSP: freeing failed";
    case HB_UCP_DSP_IDMA_COPY_FAIL:
      return "DSP: the DMA copy failed";
    case HB_UCP_DSP_IDMA_BAD_INIT:
      return "DSP: the DMA is not initialized";
    case HB_UCP_DSP_MMAP_FAIL:
      return "DSP: mapping failed";
    case HB_UCP_DSP_INVALID_SCALE:
      return "DSP: invalid scale";
    case HB_UCP_DSP_UNMAP_FAIL:
      return "DSP: unmapping failed";
    case HB_UCP_DSP_OFFLINE:
      return "DSP: offline";
    case HB_UCP_CODEC_OPERATION_NOT_ALLOWED:
      return "codec: the operation is not allowed";
    case HB_UCP_CODEC_INSUFFICIENT_RES:
      return "codec: insufficient resources";
    case HB_UCP_CODEC_NO_FREE_INSTANCE:
      return "codec: no free instance";
    case HB_UCP_CODEC_INVALID_INSTANCE:
      return "codec: invalid instance";
    case HB_UCP_CODEC_BUFFER_WAIT_TIMEOUT:
      return "codec: no buffer in time";
    case HB_UCP_CODEC_IS_INUSE:
      return "codec: in use";
    case HB_UCP_ISP_NO_AVAILABLE_SLOT:
      return "ISP: no free slot";
    case HB_UCP_ISP_CTX_INUSE:
      return "ISP: the context is in use";
    default:
      return "no status code of this library";
  }
}
