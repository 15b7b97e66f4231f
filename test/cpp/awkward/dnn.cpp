// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

#include "awkward.hpp"
#include "model_file.hpp"

namespace {

using awkward::Model;
using awkward::Package;
using awkward::Tensor;

std::mutex mutex;
std::set<Package*>& packages() {
  static auto* set = new std::set<Package*>;
  return *set;
}

std::int64_t items_of(const hbDNNTensorProperties& p, int dimension) {
  const std::int64_t count = p.validShape.dimensionSize[dimension];
  return p.tensorType < 2 && dimension + 1 == p.validShape.numDimensions ? (count + 1) / 2 : count;
}

std::int64_t item_bytes(const hbDNNTensorProperties& p) {
  static const std::int64_t sizes[] = {1, 1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 1};
  return sizes[p.tensorType];
}

// Bytes from the first to behind the last item.
std::uint64_t extent(const hbDNNTensorProperties& p) {
  std::int64_t bytes = item_bytes(p);
  for (int i = 0; i < p.validShape.numDimensions; ++i) {
    bytes += (items_of(p, i) - 1) * p.stride[i];
  }
  return static_cast<std::uint64_t>(bytes);
}

template <typename Visit>
void visit_items(const hbDNNTensorProperties& p, int dimension, std::int64_t offset, std::int64_t* index,
                 const Visit& visit) {
  if (dimension == p.validShape.numDimensions) {
    visit(offset, (*index)++);
    return;
  }
  for (std::int64_t i = 0; i < items_of(p, dimension); ++i) {
    visit_items(p, dimension + 1, offset + i * p.stride[dimension], index, visit);
  }
}

void settle_output(const hbDNNTensor& like, hbDNNTensorProperties* p) {
  std::int64_t bytes = item_bytes(*p);
  for (int i = p->validShape.numDimensions - 1; i >= 0; --i) {
    if (p->validShape.dimensionSize[i] < 0) {
      p->validShape.dimensionSize[i] = like.properties.validShape.dimensionSize[i];
    }
    if (p->stride[i] < 0) {
      p->stride[i] = bytes;
    }
    // Rows of outputs start at multiples of 256 bytes.
    bytes = (p->stride[i] * items_of(*p, i) + 255) / 256 * 256;
  }
}

bool is_complete(const hbDNNTensorProperties& p) {
  return std::all_of(p.stride, p.stride + p.validShape.numDimensions,
                     [](std::int64_t stride) { return stride >= 0; }) &&
         std::all_of(p.validShape.dimensionSize, p.validShape.dimensionSize + p.validShape.numDimensions,
                     [](std::int32_t dimension) { return dimension >= 0; });
}

// Outputs repeat the input of their position byte by byte, or count 0, 1, 2, … where there is none or it is smaller.
std::int32_t run_model(void* context, hbDNNTensor* outputs, const hbDNNTensor* inputs,
                       std::vector<hbDNNTensorProperties>* reported) {
  const Model& model = *static_cast<Model*>(context);
  if (model.fails) {
    return HB_UCP_TASK_RUN_FAILED;
  }
  for (std::size_t i = 0; i < model.outputs.size(); ++i) {
    hbDNNTensorProperties properties = outputs[i].properties;
    settle_output(inputs[std::min(i, model.inputs.size() - 1)], &properties);
    reported->push_back(properties);
    char* to = awkward::device_side(outputs[i].sysMem, extent(properties));
    if (to == nullptr) {
      return HB_UCP_TASK_RUN_FAILED;
    }
    std::memset(to, 0xEE, std::min(outputs[i].sysMem.memSize, awkward::kMostUsed));
    std::vector<char> source;
    if (i < model.inputs.size()) {
      const hbDNNTensor& input = inputs[i];
      const char* from = awkward::device_side(input.sysMem, extent(input.properties));
      if (from == nullptr) {
        return HB_UCP_TASK_RUN_FAILED;
      }
      std::int64_t index = 0;
      visit_items(input.properties, 0, 0, &index, [&](std::int64_t offset, std::int64_t) {
        source.insert(source.end(), from + offset, from + offset + item_bytes(input.properties));
      });
    }
    const std::int64_t bytes = item_bytes(properties);
    std::int64_t index = 0;
    visit_items(properties, 0, 0, &index, [&](std::int64_t offset, std::int64_t position) {
      if ((position + 1) * bytes <= static_cast<std::int64_t>(source.size())) {
        std::memcpy(to + offset, source.data() + position * bytes, static_cast<std::size_t>(bytes));
      } else {
        std::memset(to + offset, 0, static_cast<std::size_t>(bytes));
        to[offset] = static_cast<char>(position);
      }
    });
  }
  return 0;
}

std::int32_t give_text(const std::string& text, char const** desc, std::uint32_t* size, std::int32_t* type) {
  *desc = text.c_str();
  *size = static_cast<std::uint32_t>(text.size() + 1);
  *type = HB_DNN_DESC_TYPE_UNKNOWN;
  return 0;
}

std::int32_t give_properties(const std::vector<Tensor>& tensors, hbDNNTensorProperties* properties,
                             std::int32_t index) {
  *properties = tensors[static_cast<std::size_t>(index)].properties;
  // An older generation of the interface had a larger structure.
  if (std::getenv("AWKWARD_ABI") != nullptr) {
    std::memset(properties + 1, 0, 32);
  }
  return 0;
}

Model* model_of(hbDNNHandle_t handle) { return static_cast<Model*>(handle); }

}  // namespace

extern "C" {

char const* hbDNNGetVersion(void) { return "9.9.9_(awkward)"; }

char const* hbDNNGetErrorDesc(std::int32_t) { return "awkward failure"; }

std::int32_t hbDNNInitializeFromFiles(hbDNNPackedHandle_t* packed, char const** files, std::int32_t count) {
  AWKWARD_MAY_FAIL();
  if (count != 1) {
    return HB_UCP_INVALID_ARGUMENT;
  }
  std::unique_ptr<Package> package = awkward::read_package(files[0]);
  if (package == nullptr) {
    return HB_UCP_MODEL_INVALID;
  }
  std::lock_guard<std::mutex> lock(mutex);
  packages().insert(package.get());
  *packed = package.release();
  return 0;
}

std::int32_t hbDNNRelease(hbDNNPackedHandle_t packed) {
  std::lock_guard<std::mutex> lock(mutex);
  if (packages().count(static_cast<Package*>(packed)) == 0) {
    awkward::record_violation("hbDNNRelease of a handle that is none");
    return HB_UCP_INVALID_ARGUMENT;
  }
  for (const auto& model : static_cast<Package*>(packed)->models) {
    if (awkward::live_tasks_of(model.get()) > 0) {
      awkward::record_violation("hbDNNRelease while tasks of its models live");
      return HB_UCP_MODEL_IS_INUSE;
    }
  }
  packages().erase(static_cast<Package*>(packed));
  delete static_cast<Package*>(packed);
  AWKWARD_MAY_FAIL();
  return 0;
}

std::int32_t hbDNNGetModelNameList(char const*** names, std::int32_t* count, hbDNNPackedHandle_t packed) {
  AWKWARD_MAY_FAIL();
  auto* package = static_cast<Package*>(packed);
  *names = package->names.data();
  *count = static_cast<std::int32_t>(package->names.size());
  return 0;
}

std::int32_t hbDNNGetModelHandle(hbDNNHandle_t* handle, hbDNNPackedHandle_t packed, char const* name) {
  AWKWARD_MAY_FAIL();
  for (const auto& model : static_cast<Package*>(packed)->models) {
    if (model->name == name) {
      *handle = model.get();
      return 0;
    }
  }
  return HB_UCP_INVALID_ARGUMENT;
}

std::int32_t hbDNNGetModelDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t handle) {
  AWKWARD_MAY_FAIL();
  return give_text(model_of(handle)->description, desc, size, type);
}

std::int32_t hbDNNGetHBMDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNPackedHandle_t packed,
                             std::int32_t) {
  AWKWARD_MAY_FAIL();
  return give_text(static_cast<Package*>(packed)->description, desc, size, type);
}

std::int32_t hbDNNGetInputCount(std::int32_t* count, hbDNNHandle_t handle) {
  AWKWARD_MAY_FAIL();
  *count = static_cast<std::int32_t>(model_of(handle)->inputs.size());
  return 0;
}

std::int32_t hbDNNGetOutputCount(std::int32_t* count, hbDNNHandle_t handle) {
  AWKWARD_MAY_FAIL();
  *count = static_cast<std::int32_t>(model_of(handle)->outputs.size());
  return 0;
}

std::int32_t hbDNNGetInputName(char const** name, hbDNNHandle_t handle, std::int32_t index) {
  AWKWARD_MAY_FAIL();
  *name = model_of(handle)->inputs[static_cast<std::size_t>(index)].name.c_str();
  return 0;
}

std::int32_t hbDNNGetOutputName(char const** name, hbDNNHandle_t handle, std::int32_t index) {
  AWKWARD_MAY_FAIL();
  *name = model_of(handle)->outputs[static_cast<std::size_t>(index)].name.c_str();
  return 0;
}

std::int32_t hbDNNGetInputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t handle,
                                           std::int32_t index) {
  AWKWARD_MAY_FAIL();
  return give_properties(model_of(handle)->inputs, properties, index);
}

std::int32_t hbDNNGetOutputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t handle,
                                            std::int32_t index) {
  AWKWARD_MAY_FAIL();
  return give_properties(model_of(handle)->outputs, properties, index);
}

std::int32_t hbDNNGetInputDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t handle,
                               std::int32_t index) {
  AWKWARD_MAY_FAIL();
  return give_text(model_of(handle)->inputs[static_cast<std::size_t>(index)].description, desc, size, type);
}

std::int32_t hbDNNGetOutputDesc(char const** desc, std::uint32_t* size, std::int32_t* type, hbDNNHandle_t handle,
                                std::int32_t index) {
  AWKWARD_MAY_FAIL();
  return give_text(model_of(handle)->outputs[static_cast<std::size_t>(index)].description, desc, size, type);
}

std::int32_t hbDNNInferV2(hbUCPTaskHandle_t* task, hbDNNTensor* outputs, hbDNNTensor const* inputs,
                          hbDNNHandle_t handle) {
  AWKWARD_MAY_FAIL();
  Model* model = model_of(handle);
  if (task == nullptr || *task != nullptr) {
    return HB_UCP_API_USE_ERROR;
  }
  for (std::size_t i = 0; i < model->inputs.size(); ++i) {
    if (!is_complete(inputs[i].properties) ||
        awkward::device_side(inputs[i].sysMem, extent(inputs[i].properties)) == nullptr) {
      awkward::record_violation("input " + model->inputs[i].name + " is incomplete or has too little memory");
      return HB_UCP_INVALID_ARGUMENT;
    }
  }
  *task = awkward::create_task({&run_model, model, outputs, inputs, static_cast<int>(model->outputs.size()),
                                static_cast<int>(model->inputs.size()), model->latency_us});
  return 0;
}

std::int32_t hbDNNGetTaskOutputTensorProperties(hbDNNTensorProperties* properties, hbUCPTaskHandle_t task,
                                                std::int32_t sub_task, std::int32_t output) {
  AWKWARD_MAY_FAIL();
  const std::vector<hbDNNTensorProperties>* reported = awkward::reported_by(task);
  if (reported == nullptr || sub_task != 0 || static_cast<std::size_t>(output) >= reported->size()) {
    return HB_UCP_INVALID_ARGUMENT;
  }
  *properties = (*reported)[static_cast<std::size_t>(output)];
  return 0;
}

}  // extern "C"
