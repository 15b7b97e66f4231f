// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <string>

#include "dnn/api_guard.hpp"
#include "dnn/handle_table.hpp"
#include "dnn/package.hpp"
#include "hobot/dnn/hb_dnn.h"
#include "ucp/job.hpp"

// Loading, releasing and the texts that belong to no model.

namespace hbm_sim {
namespace {

/// In the board's form, "<version of UCP>_(<version> <of what runs models>)".
const char* version() {
  static const std::string text = std::string(hbUCPGetVersion()) + "_(" HBM_SIM_VERSION " simulator)";
  return text.c_str();
}

void require_count(std::int32_t count) {
  if (count < 1) {
    throw StatusError(HB_UCP_INVALID_ARGUMENT,
                      "the number of model files: expected at least 1, got " + std::to_string(count));
  }
}

/// `add` puts model file `index` into the package.
std::int32_t load(hbDNNPackedHandle_t* handle, std::int32_t count,
                  const std::function<void(Package&, std::int32_t)>& add) {
  require_pointer(handle, "packedHandle");
  *handle = nullptr;
  require_count(count);
  auto package = std::make_unique<Package>();
  for (std::int32_t index = 0; index < count; ++index) {
    add(*package, index);
  }
  *handle = HandleTable::instance().add(std::move(package));
  return HB_UCP_SUCCESS;
}

}  // namespace
}  // namespace hbm_sim

using hbm_sim::guarded;
using hbm_sim::StatusError;

extern "C" {

std::int32_t hbDNNInitializeFromFiles(hbDNNPackedHandle_t* packedHandle, char const** modelFileNames,
                                      std::int32_t modelFileCount) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return guarded(__func__, [&] {
    hbm_sim::require_pointer(modelFileNames, "modelFileNames");
    return hbm_sim::load(packedHandle, modelFileCount, [&](hbm_sim::Package& package, std::int32_t index) {
      hbm_sim::require_pointer(modelFileNames[index], "a model file name");
      package.add_file(modelFileNames[index]);
    });
  });
}

std::int32_t hbDNNInitializeFromDDR(hbDNNPackedHandle_t* packedHandle, const void** modelData,
                                    std::int32_t* modelDataLengths, std::int32_t modelDataCount) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return guarded(__func__, [&] {
    hbm_sim::require_pointer(modelData, "modelData");
    hbm_sim::require_pointer(modelDataLengths, "modelDataLengths");
    return hbm_sim::load(packedHandle, modelDataCount, [&](hbm_sim::Package& package, std::int32_t index) {
      const std::string label = "model data " + std::to_string(index);
      hbm_sim::require_pointer(modelData[index], label.c_str());
      if (modelDataLengths[index] < 1) {
        throw StatusError(HB_UCP_INVALID_ARGUMENT,
                          label + ": expected a length of at least 1, got " + std::to_string(modelDataLengths[index]));
      }
      package.add_data(label, modelData[index], static_cast<std::uint64_t>(modelDataLengths[index]));
    });
  });
}

std::int32_t hbDNNRelease(hbDNNPackedHandle_t packedHandle) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return guarded(__func__, [&] {
    const std::int32_t status = hbm_sim::HandleTable::instance().release(packedHandle);
    if (status == HB_UCP_MODEL_IS_INUSE) {
      throw StatusError(status, "a task of one of the models is not released yet");
    }
    if (status != HB_UCP_SUCCESS) {
      throw StatusError(status, "packedHandle is no handle of loaded models, or was released");
    }
    return status;
  });
}

char const* hbDNNGetVersion(void) { return hbm_sim::version(); }

// Both libraries share one list of codes.
char const* hbDNNGetErrorDesc(std::int32_t errorCode) { return hbUCPGetErrorDesc(errorCode); }
}
