// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "dnn/api_guard.hpp"
#include "dnn/handle_table.hpp"
#include "dnn/model.hpp"
#include "dnn/package.hpp"
#include "hobot/dnn/hb_dnn.h"
#include "ucp/job.hpp"

// Queries about loaded models. Texts and arrays are valid until hbDNNRelease.

namespace hbm_sim {
namespace {

std::shared_ptr<Package> require_package(hbDNNPackedHandle_t handle) {
  auto package = HandleTable::instance().package(handle);
  if (!package) {
    throw StatusError(HB_UCP_INVALID_ARGUMENT, "packedHandle is no handle of loaded models, or was released");
  }
  return package;
}

std::shared_ptr<Model> require_model(hbDNNHandle_t handle) {
  auto model = HandleTable::instance().model(handle);
  if (!model) {
    throw StatusError(HB_UCP_INVALID_ARGUMENT, "dnnHandle is no handle of a loaded model, or was released");
  }
  return model;
}

using Tensors = const std::vector<TensorSpec>& (Model::*)() const;

const TensorSpec& require_tensor(const Model& model, Tensors tensors, std::int32_t index) {
  const std::vector<TensorSpec>& list = (model.*tensors)();
  require_index(index, list.size(), "tensor index");
  return list[static_cast<std::size_t>(index)];
}

void answer_text(const std::string& text, const char** description, std::uint32_t* size, std::int32_t* type) {
  require_pointer(description, "desc");
  require_pointer(size, "size");
  require_pointer(type, "type");
  *description = text.c_str();
  *size = static_cast<std::uint32_t>(text.size());
  *type = HB_DNN_DESC_TYPE_STRING;
}

/// The common body of the functions that query one model.
template <typename Answer>
std::int32_t ask_model(const char* function, hbDNNHandle_t handle, Answer&& answer) noexcept {
  if (const std::int32_t status = hbm_sim_enter(function, nullptr)) {
    return status;
  }
  return guarded(function, [&] {
    answer(*require_model(handle));
    return std::int32_t{HB_UCP_SUCCESS};
  });
}

std::int32_t answer_count(const char* function, std::int32_t* count, hbDNNHandle_t handle, Tensors tensors) {
  return ask_model(function, handle, [&](const Model& model) {
    require_pointer(count, "count");
    *count = static_cast<std::int32_t>((model.*tensors)().size());
  });
}

std::int32_t answer_name(const char* function, const char** name, hbDNNHandle_t handle, std::int32_t index,
                         Tensors tensors) {
  return ask_model(function, handle, [&](const Model& model) {
    require_pointer(name, "name");
    *name = require_tensor(model, tensors, index).name.c_str();
  });
}

std::int32_t answer_properties(const char* function, hbDNNTensorProperties* properties, hbDNNHandle_t handle,
                               std::int32_t index, Tensors tensors) {
  return ask_model(function, handle, [&](const Model& model) {
    require_pointer(properties, "properties");
    *properties = require_tensor(model, tensors, index).properties;
  });
}

std::int32_t answer_description(const char* function, const char** description, std::uint32_t* size, std::int32_t* type,
                                hbDNNHandle_t handle, std::int32_t index, Tensors tensors) {
  return ask_model(function, handle, [&](const Model& model) {
    answer_text(require_tensor(model, tensors, index).description, description, size, type);
  });
}

std::string quoted_names(const Package& package) {
  std::string text;
  for (const char* name : package.names()) {
    text += (text.empty() ? "'" : ", '") + std::string(name) + "'";
  }
  return text;
}

}  // namespace
}  // namespace hbm_sim

using hbm_sim::Model;

extern "C" {

std::int32_t hbDNNGetModelNameList(char const*** modelNameList, std::int32_t* modelNameCount,
                                   hbDNNPackedHandle_t packedHandle) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return hbm_sim::guarded(__func__, [&] {
    hbm_sim::require_pointer(modelNameList, "modelNameList");
    hbm_sim::require_pointer(modelNameCount, "modelNameCount");
    const auto package = hbm_sim::require_package(packedHandle);
    // The API's type is not const, but callers must not change the list.
    *modelNameList = const_cast<char const**>(package->names().data());
    *modelNameCount = static_cast<std::int32_t>(package->names().size());
    return std::int32_t{HB_UCP_SUCCESS};
  });
}

std::int32_t hbDNNGetModelHandle(hbDNNHandle_t* dnnHandle, hbDNNPackedHandle_t packedHandle, char const* modelName) {
  if (const std::int32_t status = hbm_sim_enter(__func__, modelName)) {
    return status;
  }
  return hbm_sim::guarded(__func__, [&] {
    hbm_sim::require_pointer(dnnHandle, "dnnHandle");
    hbm_sim::require_pointer(modelName, "modelName");
    const auto package = hbm_sim::require_package(packedHandle);
    *dnnHandle = hbm_sim::HandleTable::instance().model_handle(packedHandle, modelName);
    if (*dnnHandle == nullptr) {
      throw hbm_sim::StatusError(HB_UCP_INVALID_ARGUMENT, "no model '" + std::string(modelName) +
                                                              "'; loaded: " + hbm_sim::quoted_names(*package));
    }
    return std::int32_t{HB_UCP_SUCCESS};
  });
}

std::int32_t hbDNNGetHBMDesc(char const** desc, std::uint32_t* size, std::int32_t* type,
                             hbDNNPackedHandle_t packedHandle, std::int32_t index) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return hbm_sim::guarded(__func__, [&] {
    const auto package = hbm_sim::require_package(packedHandle);
    const auto& descriptions = package->file_descriptions();
    hbm_sim::require_index(index, descriptions.size(), "file index");
    hbm_sim::answer_text(descriptions[static_cast<std::size_t>(index)], desc, size, type);
    return std::int32_t{HB_UCP_SUCCESS};
  });
}

std::int32_t hbDNNGetModelDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t dnnHandle) {
  return hbm_sim::ask_model(__func__, dnnHandle, [&](const Model& model) {
    hbm_sim::answer_text(model.spec().description, desc, size, type);
  });
}

std::int32_t hbDNNGetCompileBpuCoreNum(std::int32_t* coreCount, hbDNNHandle_t dnnHandle) {
  return hbm_sim::ask_model(__func__, dnnHandle, [&](const Model& model) {
    hbm_sim::require_pointer(coreCount, "coreCount");
    *coreCount = model.spec().bpu_cores;
  });
}

std::int32_t hbDNNGetInputCount(std::int32_t* inputCount, hbDNNHandle_t dnnHandle) {
  return hbm_sim::answer_count(__func__, inputCount, dnnHandle, &Model::inputs);
}

std::int32_t hbDNNGetOutputCount(std::int32_t* outputCount, hbDNNHandle_t dnnHandle) {
  return hbm_sim::answer_count(__func__, outputCount, dnnHandle, &Model::outputs);
}

std::int32_t hbDNNGetInputName(char const** name, hbDNNHandle_t dnnHandle, std::int32_t inputIndex) {
  return hbm_sim::answer_name(__func__, name, dnnHandle, inputIndex, &Model::inputs);
}

std::int32_t hbDNNGetOutputName(char const** name, hbDNNHandle_t dnnHandle, std::int32_t outputIndex) {
  return hbm_sim::answer_name(__func__, name, dnnHandle, outputIndex, &Model::outputs);
}

std::int32_t hbDNNGetInputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t dnnHandle,
                                           std::int32_t inputIndex) {
  return hbm_sim::answer_properties(__func__, properties, dnnHandle, inputIndex, &Model::inputs);
}

std::int32_t hbDNNGetOutputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t dnnHandle,
                                            std::int32_t outputIndex) {
  return hbm_sim::answer_properties(__func__, properties, dnnHandle, outputIndex, &Model::outputs);
}

std::int32_t hbDNNGetInputDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t dnnHandle,
                               std::int32_t inputIndex) {
  return hbm_sim::answer_description(__func__, desc, size, type, dnnHandle, inputIndex, &Model::inputs);
}

std::int32_t hbDNNGetOutputDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t dnnHandle,
                                std::int32_t outputIndex) {
  return hbm_sim::answer_description(__func__, desc, size, type, dnnHandle, outputIndex, &Model::outputs);
}
}
