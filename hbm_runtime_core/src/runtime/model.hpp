// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/device.hpp"
#include "runtime/scheduling.hpp"
#include "runtime/tensor_layout.hpp"

namespace hbm {

class TaskSlot;
class ModelSet;

/// Gives a slot back to its model.
struct TaskSlotReturn {
  void operator()(TaskSlot* slot) const;
};
using TaskSlotPtr = std::unique_ptr<TaskSlot, TaskSlotReturn>;

/// One tensor: what the library reported, and its layout if that is the same for every call.
struct ModelTensor {
  TensorInfo info;
  /// Stored shape, -1 where dynamic.
  std::vector<std::int64_t> stored_shape;
  /// No dimension is dynamic, so `layout` holds (inputs: with strides chosen).
  bool settled = false;
  TensorLayout layout;
};

/// One network of a loaded file.
class Model {
 public:
  Model(Device& device, hbDNNPackedHandle_t package, const std::string& name, int index);
  ~Model();

  const std::string& name() const { return name_; }
  const std::string& description() const { return description_; }
  /// Position among all models of the runtime.
  int index() const { return index_; }
  hbDNNHandle_t handle() const { return handle_; }
  /// 0 if the library does not report it.
  int compiled_cores() const { return limits_.model_cores; }
  const CoreLimits& limits() const { return limits_; }
  const std::vector<ModelTensor>& inputs() const { return inputs_; }
  const std::vector<ModelTensor>& outputs() const { return outputs_; }
  Device& device() const { return device_; }
  std::int64_t alignment() const { return alignment_; }

  /// A slot used before, or a new one. `owner` keeps the model alive while the slot is in use.
  TaskSlotPtr take_slot(std::shared_ptr<const ModelSet> owner) const;

  /// Memory to offer for an output of dynamic shape; grows when a run finds it too small.
  std::int64_t guessed_output_bytes(std::size_t output, std::int64_t largest_dynamic_dimension) const;
  void raise_output_bytes(std::size_t output, std::int64_t bytes) const;

 private:
  friend struct TaskSlotReturn;
  friend class TaskSlot;
  void keep_slot(TaskSlot* slot) const;

  Device& device_;
  const std::string name_;
  const int index_;
  const std::int64_t alignment_;
  hbDNNHandle_t handle_ = nullptr;
  std::string description_;
  CoreLimits limits_;
  std::vector<ModelTensor> inputs_;
  std::vector<ModelTensor> outputs_;
  // One slot is kept outside the lock, which is all that a single caller needs.
  mutable std::atomic<TaskSlot*> next_slot_{nullptr};
  mutable std::mutex slots_mutex_;
  mutable TaskSlot* idle_slots_ = nullptr;
  mutable std::vector<std::int64_t> learned_output_bytes_;
};

}  // namespace hbm
