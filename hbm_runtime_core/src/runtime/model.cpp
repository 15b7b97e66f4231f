// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model.hpp"

#include <algorithm>

#include "driver/error.hpp"
#include "runtime/status.hpp"
#include "runtime/task_slot.hpp"

namespace hbm {
namespace {

// More than any known model has; a library that reports more is not the one that this was built for.
constexpr std::int32_t kMostTensors = 4096;
constexpr std::int64_t kDefaultDynamicDimension = 1024;
// Rows of 256 bytes are the widest padding seen on a board.
constexpr std::int64_t kWidestPadding = 256;
constexpr std::int64_t kLargestFirstGuess = std::int64_t{64} << 20;

std::vector<ModelTensor> read_tensors(const Device& device, hbDNNHandle_t handle, const std::string& model,
                                      TensorSide side, std::int64_t alignment) {
  const ApiTable& api = device.api();
  const bool input = side == TensorSide::kInput;
  const char* function = input ? "hbDNNGetInputCount" : "hbDNNGetOutputCount";
  std::int32_t count = 0;
  check(device.driver(), (input ? api.hbDNNGetInputCount : api.hbDNNGetOutputCount)(&count, handle), function, model);
  if (count < 0 || count > kMostTensors) {
    throw StateError("model '" + model + "': " + function + " reports " + std::to_string(count) + " tensors");
  }
  std::vector<ModelTensor> tensors;
  for (std::int32_t i = 0; i < count; ++i) {
    ModelTensor tensor;
    tensor.info = read_tensor_info(device.driver(), handle, model, side, i);
    tensor.stored_shape = tensor.info.stored_shape();
    tensor.settled = input ? !tensor.info.has_dynamic_shape() : tensor.info.is_fixed();
    if (tensor.settled) {
      tensor.layout = settle_layout(tensor.info, tensor.stored_shape.data(), alignment);
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace

Model::Model(Device& device, hbDNNPackedHandle_t package, const std::string& name, int index)
    : device_(device), name_(name), index_(index), alignment_(stride_alignment(device.driver().soc())) {
  const ApiTable& api = device.api();
  const Driver& driver = device.driver();
  check(driver, api.hbDNNGetModelHandle(&handle_, package, name.c_str()), "hbDNNGetModelHandle", name);

  const char* text = nullptr;
  std::uint32_t size = 0;
  std::int32_t type = 0;
  check(driver, api.hbDNNGetModelDesc(&text, &size, &type, handle_), "hbDNNGetModelDesc", name);
  description_ = description_text(text, size);

  limits_.board_cores = driver.bpu_core_count();
  limits_.soc = driver.soc();
  if (api.hbDNNGetCompileBpuCoreNum != nullptr) {
    std::int32_t cores = 0;
    check(driver, api.hbDNNGetCompileBpuCoreNum(&cores, handle_), "hbDNNGetCompileBpuCoreNum", name);
    limits_.model_cores = cores;
  }
  inputs_ = read_tensors(device, handle_, name, TensorSide::kInput, alignment_);
  outputs_ = read_tensors(device, handle_, name, TensorSide::kOutput, alignment_);
  learned_output_bytes_.assign(outputs_.size(), 0);
}

Model::~Model() {
  delete next_slot_.load();
  while (idle_slots_ != nullptr) {
    TaskSlot* slot = idle_slots_;
    idle_slots_ = slot->next_idle_;
    delete slot;
  }
}

TaskSlotPtr Model::take_slot(std::shared_ptr<const ModelSet> owner) const {
  TaskSlot* slot = next_slot_.exchange(nullptr);
  if (slot == nullptr) {
    std::lock_guard<std::mutex> lock(slots_mutex_);
    slot = idle_slots_;
    if (slot != nullptr) {
      idle_slots_ = slot->next_idle_;
    }
  }
  if (slot == nullptr) {
    slot = new TaskSlot(*this);
  }
  slot->next_idle_ = nullptr;
  slot->owner_ = std::move(owner);
  return TaskSlotPtr(slot);
}

void Model::keep_slot(TaskSlot* slot) const {
  TaskSlot* none = nullptr;
  if (next_slot_.compare_exchange_strong(none, slot)) {
    return;
  }
  std::lock_guard<std::mutex> lock(slots_mutex_);
  slot->next_idle_ = idle_slots_;
  idle_slots_ = slot;
}

std::int64_t Model::guessed_output_bytes(std::size_t output, std::int64_t largest_dynamic_dimension) const {
  const TensorInfo& info = outputs_[output].info;
  const std::int64_t guess = largest_dynamic_dimension > 0 ? largest_dynamic_dimension : kDefaultDynamicDimension;
  const auto bytes_with = [&](std::int64_t dimension) {
    std::vector<std::int64_t> shape = outputs_[output].stored_shape;
    std::replace(shape.begin(), shape.end(), std::int64_t{-1}, dimension);
    return settle_layout(info, shape.data(), kWidestPadding).bytes;
  };
  std::int64_t bytes = bytes_with(1);
  try {
    bytes = std::max(bytes, std::min(bytes_with(guess), kLargestFirstGuess));
  } catch (const ValueError&) {
    bytes = std::max(bytes,
                     kLargestFirstGuess);  // Several large dimensions: start small; a run that needs more enlarges it.
  }
  std::lock_guard<std::mutex> lock(slots_mutex_);
  return std::max({bytes, info.aligned_bytes, learned_output_bytes_[output]});
}

void Model::raise_output_bytes(std::size_t output, std::int64_t bytes) const {
  std::lock_guard<std::mutex> lock(slots_mutex_);
  learned_output_bytes_[output] = std::max(learned_output_bytes_[output], bytes);
}

}  // namespace hbm
