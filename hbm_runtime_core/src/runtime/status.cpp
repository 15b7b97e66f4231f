// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/status.hpp"

#include <cstring>

#include "driver/error.hpp"

namespace hbm {
namespace {

struct StatusRow {
  std::int32_t code;
  const char* name;
  const char* next_step;
};

constexpr StatusRow kRows[] = {
    {0, "HB_UCP_SUCCESS", ""},
    {-100001, "HB_UCP_INVALID_ARGUMENT",
     "an argument does not fit this model or board: compare bpu_cores and device_id with what the board has, and the "
     "inputs with input_shapes and input_strides"},
    {-100002, "HB_UCP_API_USE_ERROR", "another process may use the device exclusively"},
    {-100003, "HB_UCP_INIT_FAILED", "check the BPU's driver: dmesg, /dev/bpu*, and the permissions of this user"},
    {-100004, "HB_UCP_UNKNOWN_ERROR", "see the library's log (HB_UCP_LOG_LEVEL=0, HB_NN_LOG_LEVEL=0)"},
    {-100005, "HB_UCP_VERSION_INCOMPATIBLE", "update the hobot-dnn package, or pack the model with an older toolchain"},
    {-200001, "HB_UCP_TASK_NUMBER_EXCEED_LIMIT",
     "other code in this process holds the tasks; release them, or raise HB_UCP_MAX_TASK_NUM"},
    {-200002, "HB_UCP_TASK_TIMEOUT", "the task took longer than the library allows"},
    {-200003, "HB_UCP_TASK_RUN_FAILED",
     "see the library's log (HB_NN_LOG_LEVEL=0); models compiled with L2 memory need "
     "HB_DNN_USER_DEFINED_L2M_SIZES, for example 6:6:6:6, set before the process starts"},
    {-200004, "HB_UCP_TASK_HANDLE_INVALID", ""},
    {-300001, "HB_UCP_OP_NUMBER_EXCEED_LIMIT", ""},
    {-300002, "HB_UCP_OP_NOT_REGISTER", "the model has an operator this library does not know: update hobot-dnn"},
    {-300003, "HB_UCP_OP_CMD_UNAVAILABLE", ""},
    {-400001, "HB_UCP_MEM_ALLOC_FAIL",
     "device memory is exhausted: drop results and runtimes that are no longer needed, or run fewer models at once"},
    {-400002, "HB_UCP_MEM_FREE_FAIL", ""},
    {-400003, "HB_UCP_MEM_FLUSH_FAIL", ""},
    {-400004, "HB_UCP_MEM_INVALIDATE_FAIL", ""},
    {-400005, "HB_UCP_MEM_IS_INVALID", ""},
    {-400006, "HB_UCP_MEM_MAP_FAIL", ""},
    {-400007, "HB_UCP_MEM_UNMAP_FAIL", ""},
    {-500001, "HB_UCP_FILE_OPEN_FAILED", "check that the file exists and that this user may read it"},
    {-600001, "HB_UCP_MODEL_NUMBER_EXCEED_LIMIT", "fewer models can be loaded at once: drop runtimes not in use"},
    {-600002, "HB_UCP_MODEL_INVALID",
     "the file is damaged, is no model for this library, or was made by a newer toolchain than the board's image"},
    {-600003, "HB_UCP_MODEL_IS_INUSE", ""},
    {-600004, "HB_UCP_MODEL_INCOMPATIBLE", "the model was compiled for another SoC: compile it for this one"},
    {-700001, "HB_UCP_DSP_UNAVAILABLE", ""},
    {-700002, "HB_UCP_DSP_XV_ALLOC_FAIL", ""},
    {-700003, "HB_UCP_DSP_XV_FREE_FAIL", ""},
    {-700004, "HB_UCP_DSP_IDMA_COPY_FAIL", ""},
    {-700005, "HB_UCP_DSP_IDMA_BAD_INIT", ""},
    {-700006, "HB_UCP_DSP_MMAP_FAIL", ""},
    {-700007, "HB_UCP_DSP_INVALID_SCALE", ""},
    {-700008, "HB_UCP_DSP_UNMAP_FAIL", ""},
    {-700009, "HB_UCP_DSP_OFFLINE", ""},
    {-800001, "HB_UCP_CODEC_OPERATION_NOT_ALLOWED", ""},
    {-800002, "HB_UCP_CODEC_INSUFFICIENT_RES", ""},
    {-800003, "HB_UCP_CODEC_NO_FREE_INSTANCE", ""},
    {-800004, "HB_UCP_CODEC_INVALID_INSTANCE", ""},
    {-800005, "HB_UCP_CODEC_BUFFER_WAIT_TIMEOUT", ""},
    {-800006, "HB_UCP_CODEC_IS_INUSE", ""},
    {-900001, "HB_UCP_ISP_NO_AVAILABLE_SLOT", ""},
    {-900002, "HB_UCP_ISP_CTX_INUSE", ""},
};

const StatusRow* find_row(std::int32_t code) {
  for (const StatusRow& row : kRows) {
    if (row.code == code) {
      return &row;
    }
  }
  return nullptr;
}

// The library that has the function describes its status.
std::string library_text(const Driver& driver, std::int32_t code, const char* function) {
  const ApiTable& api = driver.api();
  const auto describe = std::strncmp(function, "hbUCP", 5) == 0 && api.hbUCPGetErrorDesc != nullptr
                            ? api.hbUCPGetErrorDesc
                            : api.hbDNNGetErrorDesc;
  const char* text = describe != nullptr ? describe(code) : nullptr;
  return text != nullptr ? text : "";
}

// Why a call failed: the library's own text where it has one, else what the status means and what to do about it.
std::string reason_text(const Driver& driver, std::int32_t code, const char* function) {
  const auto last_error_text = driver.api().last_error_text;
  const std::string detail = last_error_text != nullptr ? last_error_text() : "";
  if (!detail.empty()) {
    const std::string caller = std::string(function) + ": ";
    return detail.compare(0, caller.size(), caller) == 0 ? detail.substr(caller.size()) : detail;
  }
  std::string text = library_text(driver, code, function);
  const StatusRow* row = find_row(code);
  if (row != nullptr && *row->next_step != '\0') {
    text += (text.empty() ? "" : "; ") + std::string(row->next_step);
  }
  return text;
}

}  // namespace

const char* status_name(std::int32_t code) {
  const StatusRow* row = find_row(code);
  return row != nullptr ? row->name : "unknown status";
}

void throw_status(const Driver& driver, std::int32_t code, const char* function, const std::string& model,
                  const std::string& file) {
  std::string text = reason_text(driver, code, function);
  const std::string& place = file.empty() ? model : file;
  text += text.empty() ? "" : "; ";
  if (!place.empty() && text.find("'" + place + "'") == std::string::npos) {
    text += (file.empty() ? "model '" : "model file '") + place + "': ";
  }
  text += std::string(function) + " returned " + std::to_string(code) + " (" + status_name(code) + ")";
  if (code == HB_UCP_TASK_TIMEOUT) {
    throw TimeoutError(text, code, function, model);
  }
  throw DeviceError(text, code, function, model);
}

std::string description_text(const char* text, std::uint32_t size) {
  if (text == nullptr) {
    return {};
  }
  return std::string(text, strnlen(text, size));
}

}  // namespace hbm
