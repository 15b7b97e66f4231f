// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_slot.hpp"

#include <algorithm>
#include <cstring>

#include "driver/error.hpp"
#include "hbm/tensor/strided.hpp"
#include "runtime/model_set.hpp"
#include "runtime/status.hpp"

namespace hbm {
namespace {

constexpr int kMostOutputAttempts = 4;
constexpr std::int64_t kOutputGrowth = 8;
constexpr std::int64_t kLargestOfferedOutput = std::int64_t{1} << 32;

// A window of exactly the tensor's size, so that no more than that is flushed.
hbUCPSysMem window(const BlockRef& block, std::int64_t bytes) {
  hbUCPSysMem memory = block->memory();
  memory.memSize = static_cast<std::uint64_t>(bytes);
  return memory;
}

void set_memory(const ModelTensor& tensor, const InputBuffer& buffer, hbDNNTensor* to) {
  to->sysMem = window(buffer.block, buffer.layout.bytes);
  if (!tensor.info.is_fixed()) {
    to->properties = tensor.info.properties;
    apply_layout(tensor.info, buffer.layout, &to->properties);
  }
}

}  // namespace

void TaskSlotReturn::operator()(TaskSlot* slot) const {
  if (slot->handle() != nullptr) {
    slot->model_.device().tasks().park(slot);
    return;
  }
  if (slot->reserved_) {
    slot->model_.device().tasks().cancel(1);
  }
  slot->recycle();
}

InputBuffer make_input_buffer(const Model& model, const TensorLayout& layout, std::int32_t device_id) {
  InputBuffer buffer;
  buffer.block = model.device().buffers().acquire(static_cast<std::uint64_t>(layout.bytes), device_id, model.name());
  buffer.layout = layout;
  if (layout.padded) {
    std::memset(buffer.block->data(), 0, static_cast<std::size_t>(layout.bytes));
  }
  return buffer;
}

TaskSlot::TaskSlot(const Model& model)
    : PooledTask(&model),
      model_(model),
      input_tensors_(model.inputs().size()),
      output_tensors_(model.outputs().size()),
      own_inputs_(model.inputs().size()),
      bound_inputs_(model.inputs().size()),
      outputs_(model.outputs().size()) {
  for (std::size_t i = 0; i < input_tensors_.size(); ++i) {
    input_tensors_[i].properties = model.inputs()[i].info.properties;
  }
  for (std::size_t i = 0; i < output_tensors_.size(); ++i) {
    output_tensors_[i].properties = model.outputs()[i].info.properties;
  }
}

void TaskSlot::copy_input(std::size_t input, const InputView& view, std::int32_t device_id) {
  const ModelTensor& tensor = model_.inputs()[input];
  InputBuffer& own = own_inputs_[input];
  const bool fits = own.block && own.block->device_id() == device_id && own.layout.same_shape(view.shape);
  if (!fits) {
    const TensorLayout layout =
        tensor.settled ? tensor.layout : settle_layout(tensor.info, view.shape, model_.alignment());
    own = make_input_buffer(model_, layout, device_id);
  }
  tensor::copy_strided(own.block->data(), own.layout.stride_bytes, view.data, view.stride_bytes, own.layout.shape,
                       own.layout.rank, tensor.info.type().item_bytes(), view.swap_bytes);
  set_memory(tensor, own, &input_tensors_[input]);
  note_dynamic_dimensions(tensor, own.layout);
}

void TaskSlot::bind_input(std::size_t input, const InputBuffer& buffer) {
  bound_inputs_[input] = buffer.block;
  set_memory(model_.inputs()[input], buffer, &input_tensors_[input]);
  note_dynamic_dimensions(model_.inputs()[input], buffer.layout);
}

void TaskSlot::note_dynamic_dimensions(const ModelTensor& tensor, const TensorLayout& layout) {
  if (tensor.settled) {
    return;
  }
  for (int i = 0; i < layout.rank; ++i) {
    if (tensor.stored_shape[static_cast<std::size_t>(i)] < 0) {
      largest_dynamic_dimension_ = std::max(largest_dynamic_dimension_, layout.shape[i]);
    }
  }
}

void TaskSlot::prepare_outputs(std::int32_t device_id) {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const ModelTensor& tensor = model_.outputs()[i];
    const std::int64_t bytes =
        tensor.settled ? tensor.layout.bytes
                       : std::max(model_.guessed_output_bytes(i, largest_dynamic_dimension_), outputs_[i].wanted_bytes);
    BlockRef& block = outputs_[i].block;
    if (block && block->capacity() < static_cast<std::uint64_t>(bytes)) {
      block.reset();
    }
    if (!block) {
      block = model_.device().buffers().acquire(static_cast<std::uint64_t>(bytes), device_id, model_.name());
    }
    output_tensors_[i].sysMem = window(block, bytes);
    if (!tensor.settled) {
      output_tensors_[i].properties = tensor.info.properties;
    }
  }
}

void TaskSlot::start(const Scheduling& scheduling, int reserved_by_caller, Deadline deadline) {
  const ApiTable& api = model_.device().api();
  scheduling_ = scheduling;
  for (const hbDNNTensor& tensor : input_tensors_) {
    check(model_.device().driver(), api.hbUCPMemFlush(&tensor.sysMem, HB_SYS_MEM_CACHE_CLEAN), "hbUCPMemFlush",
          model_.name());
  }
  create_task(reserved_by_caller, deadline);
  check(model_.device().driver(), api.hbUCPSubmitTask(handle_, &scheduling_), "hbUCPSubmitTask", model_.name());
}

void TaskSlot::create_task(int reserved_by_caller, Deadline deadline) {
  Device& device = model_.device();
  while (true) {
    handle_ = nullptr;
    const std::uint32_t releases_before = device.tasks().releases();
    std::int32_t status =
        device.api().hbDNNInferV2(&handle_, output_tensors_.data(), input_tensors_.data(), model_.handle());
    if (status == 0 && handle_ != nullptr) {
      return;
    }
    // Some releases report an exhausted pool as success without a task.
    if (status == 0) {
      status = HB_UCP_TASK_NUMBER_EXCEED_LIMIT;
    }
    handle_ = nullptr;
    if (status != HB_UCP_TASK_NUMBER_EXCEED_LIMIT ||
        !device.tasks().make_room(reserved_by_caller, releases_before, deadline)) {
      throw_status(device.driver(), status, "hbDNNInferV2", model_.name());
    }
  }
}

void TaskSlot::finish() {
  const Device& device = model_.device();
  const ApiTable& api = device.api();
  for (int attempt = 1;; ++attempt) {
    // No time limit here: boards were seen to ignore it, and to report a time-out afterwards.
    const std::int32_t status = api.hbUCPWaitTaskDone(handle_, 0);
    if (status == 0) {
      break;
    }
    if (status != HB_UCP_TASK_RUN_FAILED || attempt == kMostOutputAttempts || !enlarge_outputs()) {
      throw_status(device.driver(), status, "hbUCPWaitTaskDone", model_.name());
    }
    api.hbUCPReleaseTask(handle_);
    handle_ = nullptr;
    prepare_outputs(static_cast<std::int32_t>(scheduling_.deviceId));
    start(scheduling_, 1, Deadline::max());
  }
  for (const hbDNNTensor& tensor : output_tensors_) {
    check(device.driver(), api.hbUCPMemFlush(&tensor.sysMem, HB_SYS_MEM_CACHE_INVALIDATE), "hbUCPMemFlush",
          model_.name());
  }
  read_output_layouts();
}

void TaskSlot::read_output_layouts() {
  const Device& device = model_.device();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const ModelTensor& tensor = model_.outputs()[i];
    if (tensor.settled) {
      continue;
    }
    Output& output = outputs_[i];
    hbDNNTensorProperties properties = {};
    check(device.driver(),
          device.api().hbDNNGetTaskOutputTensorProperties(&properties, handle_, 0, static_cast<std::int32_t>(i)),
          "hbDNNGetTaskOutputTensorProperties", model_.name());
    output.layout = reported_layout(tensor.info, properties);
    if (output.layout.bytes > static_cast<std::int64_t>(output.block->capacity())) {
      throw StateError("model '" + model_.name() + "', output '" + tensor.info.name + "': the library reports " +
                       std::to_string(output.layout.bytes) + " bytes in a buffer of " +
                       std::to_string(output.block->capacity()));
    }
    if (output.wanted_bytes > 0) {
      model_.raise_output_bytes(i, output.layout.bytes);
    }
  }
}

// The C API does not report how large an output of dynamic shape will be; a task whose buffer was too small fails. That
// buffer stays until its task is released, as the library may use it until then.
bool TaskSlot::enlarge_outputs() {
  bool enlarged = false;
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    const std::int64_t bytes = static_cast<std::int64_t>(output.block->capacity()) * kOutputGrowth;
    if (!model_.outputs()[i].settled && bytes <= kLargestOfferedOutput) {
      output.wanted_bytes = bytes;
      enlarged = true;
    }
  }
  return enlarged;
}

const TensorLayout& TaskSlot::output_layout(std::size_t output) const {
  const ModelTensor& tensor = model_.outputs()[output];
  return tensor.settled ? tensor.layout : outputs_[output].layout;
}

bool TaskSlot::orphaned() const { return owner_ == nullptr || owner_->closed(); }

void TaskSlot::recycle() {
  for (BlockRef& block : bound_inputs_) {
    block.reset();
  }
  for (Output& output : outputs_) {
    output.block.reset();
    output.wanted_bytes = 0;
  }
  reserved_ = false;
  largest_dynamic_dimension_ = 0;
  // Dropping this reference may destroy the model set, and this slot with it.
  const std::shared_ptr<const ModelSet> owner = std::move(owner_);
  model_.keep_slot(this);
}

}  // namespace hbm
