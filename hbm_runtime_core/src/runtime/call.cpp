// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/call.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>

#include "driver/error.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm {
namespace {

double microseconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

}  // namespace

CallPart& Call::add_part(const Model& model) {
  if (part_count_ == parts_.size()) {
    parts_.emplace_back();
  }
  CallPart& part = parts_[part_count_++];
  part.model = &model;
  part.inputs.resize(model.inputs().size());
  return part;
}

void Call::start(std::shared_ptr<const ModelSet> set, Deadline deadline) {
  set_ = std::move(set);
  set_->device().check_usable();
  if (set_->closed()) {
    throw StateError("the runtime is closed");
  }
  start_batch(deadline);
}

void Call::start_batch(Deadline deadline) {
  TaskPool& tasks = set_->device().tasks();
  const int batch =
      static_cast<int>(std::min(part_count_ - started_count_, static_cast<std::size_t>(tasks.capacity())));
  const Clock::time_point begin = timed_ ? Clock::now() : Clock::time_point();
  // Reserved all at once: two callers that each hold a part and wait for the rest would wait for ever.
  if (!tasks.reserve(batch, deadline)) {
    throw_timeout("no task became free within the time limit, " + std::to_string(tasks.capacity()) +
                  " are in use (HB_UCP_MAX_TASK_NUM)");
  }
  const Clock::time_point reserved = timed_ ? Clock::now() : Clock::time_point();
  for (int i = 0; i < batch; ++i) {
    CallPart& part = parts_[started_count_++];
    part.timing.submit_us = microseconds(begin, reserved);
    start_part(part, batch, deadline);
  }
}

void Call::start_part(CallPart& part, int batch, Deadline deadline) {
  part.error = nullptr;
  try {
    part.slot = part.model->take_slot(set_);
    part.slot->hold_reservation();
    TaskSlot& slot = *part.slot;
    const auto device_id = static_cast<std::int32_t>(part.scheduling.deviceId);
    part.started = timed_ ? Clock::now() : Clock::time_point();
    for (std::size_t i = 0; i < part.model->inputs().size(); ++i) {
      if (part.buffers != nullptr) {
        slot.bind_input(i, (*part.buffers)[i]);
      } else {
        slot.copy_input(i, part.inputs[i], device_id);
      }
    }
    part.copied = timed_ ? Clock::now() : Clock::time_point();
    for (std::size_t i = 0; i < part.targets.size(); ++i) {
      slot.offer_output(i, std::move(part.targets[i].block));
    }
    slot.prepare_outputs(device_id);
    slot.start(part.scheduling, batch, deadline);
    part.submitted = timed_ ? Clock::now() : Clock::time_point();
  } catch (...) {
    part.error = std::current_exception();
    if (part.slot == nullptr) {
      set_->device().tasks().cancel(1);
    }
    part.slot.reset();
  }
}

void Call::check_started() {
  const auto end = parts_.begin() + static_cast<std::ptrdiff_t>(part_count_);
  if (std::all_of(parts_.begin(), end, [](const CallPart& part) { return part.error != nullptr; })) {
    throw_first_error();
  }
}

void Call::finish() {
  for (std::size_t i = 0; i < part_count_; ++i) {
    if (i == started_count_) {
      start_batch(Deadline::max());
    }
    // The device is busy now, so releasing earlier tasks costs no time. Not when the call starts: that thread may have
    // a time limit, and a release can hang.
    set_->device().tasks().release_parked(parts_[i].model);
    finish_part(parts_[i]);
  }
  throw_first_error();
}

void Call::throw_first_error() {
  for (std::size_t i = 0; i < part_count_; ++i) {
    if (parts_[i].error != nullptr) {
      std::rethrow_exception(std::exchange(parts_[i].error, nullptr));
    }
  }
}

void Call::finish_part(CallPart& part) {
  if (part.error != nullptr) {
    return;
  }
  try {
    part.slot->finish();
    const Clock::time_point done = timed_ ? Clock::now() : Clock::time_point();
    collect(part);
    if (timed_) {
      part.timing.input_us = microseconds(part.started, part.copied);
      part.timing.submit_us += microseconds(part.copied, part.submitted);
      part.timing.device_us = microseconds(part.submitted, done);
      part.timing.output_us = microseconds(done, Clock::now());
      part.timing.total_us =
          part.timing.input_us + part.timing.submit_us + part.timing.device_us + part.timing.output_us;
    }
  } catch (...) {
    part.error = std::current_exception();
  }
  part.slot.reset();
}

// Takes the results out of the slot, so that the slot can be used again.
void Call::collect(CallPart& part) {
  const std::vector<ModelTensor>& outputs = part.model->outputs();
  part.results.resize(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    OutputResult& result = part.results[i];
    result.block = part.slot->output_block(i);
    if (outputs[i].settled) {
      result.layout = &outputs[i].layout;
    } else {
      result.reported = part.slot->output_layout(i);
      result.layout = &result.reported;
    }
  }
}

void Call::copy_out() {
  for (std::size_t p = 0; p < part_count_; ++p) {
    CallPart& part = parts_[p];
    const Clock::time_point begin = timed_ ? Clock::now() : Clock::time_point();
    for (std::size_t i = 0; i < part.targets.size(); ++i) {
      copy_out(part, i);
    }
    if (timed_) {
      const double spent_us = microseconds(begin, Clock::now());
      part.timing.output_us += spent_us;
      part.timing.total_us += spent_us;
    }
  }
}

void Call::copy_out(const CallPart& part, std::size_t output) {
  const OutputTarget& target = part.targets[output];
  if (target.data == nullptr) {
    return;
  }
  const OutputResult& result = part.results[output];
  const TensorInfo& info = part.model->outputs()[output].info;
  const TensorLayout& layout = *result.layout;
  if (target.rank != layout.rank || !layout.same_shape(target.shape)) {
    const std::string type = tensor::array_type_name(info.dtype);
    throw ValueError("model '" + part.model->name() + "', output '" + info.name + "': the run gave " +
                     describe_array(type, layout.shape, layout.rank) + ", the array in outputs= is " +
                     describe_array(type, target.shape, target.rank));
  }
  tensor::copy_strided(target.data, target.stride_bytes, result.block->data(), layout.stride_bytes, layout.shape,
                       layout.rank, info.type().item_bytes());
}

void Call::throw_not_done(double timeout_ms, const std::string& consequence) const {
  std::ostringstream what;
  what << "not done within " << timeout_ms << " ms; " << consequence;
  throw_timeout(what.str());
}

void Call::throw_timeout(const std::string& what) const {
  std::string models;
  for (std::size_t i = 0; i < part_count_; ++i) {
    models += (i > 0 ? "', '" : "") + parts_[i].model->name();
  }
  throw TimeoutError("model '" + models + "': " + what, HB_UCP_TASK_TIMEOUT, "run", parts_[0].model->name());
}

void Call::clear() {
  for (std::size_t i = 0; i < part_count_; ++i) {
    CallPart& part = parts_[i];
    part.slot.reset();
    part.error = nullptr;
    part.buffers = nullptr;
    part.targets.clear();
    for (OutputResult& result : part.results) {
      result.block.reset();
    }
  }
  part_count_ = 0;
  started_count_ = 0;
  timed_ = false;
  set_.reset();
}

}  // namespace hbm
