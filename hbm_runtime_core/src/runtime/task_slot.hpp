// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/model.hpp"

namespace hbm {

/// An array of the caller, to be copied in. Strides in bytes, items as stored.
struct InputView {
  const void* data = nullptr;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t stride_bytes[kMaxRank] = {};
  bool swap_bytes = false;
};

/// Device memory of one input, filled by a caller in place or by copying.
struct InputBuffer {
  BlockRef block;
  TensorLayout layout;
};

/// Allocates memory for an input in that layout, gaps zeroed.
InputBuffer make_input_buffer(const Model& model, const TensorLayout& layout, std::int32_t device_id);

/// What one task of one model needs: the tensor arrays, input memory, output memory. It is reused; the
/// library may read the arrays until the task is released, so a slot is bound to one task at a time.
class TaskSlot final : public PooledTask {
 public:
  explicit TaskSlot(const Model& model);

  const Model& model() const { return model_; }

  /// Copies an array into this slot's own input memory. The shape has been checked.
  void copy_input(std::size_t input, const InputView& view, std::int32_t device_id);
  /// Lets the task read memory that a caller filled.
  void bind_input(std::size_t input, const InputBuffer& buffer);

  /// Lets the task write into this block, which must be large enough; for outputs of fixed layout only.
  void offer_output(std::size_t output, BlockRef block) { outputs_[output].block = std::move(block); }
  /// Takes memory for every other output.
  void prepare_outputs(std::int32_t device_id);

  /// The slot now holds one reservation of the task pool, which goes back with the slot.
  void hold_reservation() { reserved_ = true; }

  /// Flushes the caches, creates the task and submits it. `reserved_by_caller` counts the reservations that the
  /// calling thread holds itself and so cannot wait for.
  void start(const Scheduling& scheduling, int reserved_by_caller, Deadline deadline);
  /// Waits for the end of the task, and makes the outputs readable.
  void finish();

  /// After `finish`.
  const BlockRef& output_block(std::size_t output) const { return outputs_[output].block; }
  const TensorLayout& output_layout(std::size_t output) const;

 private:
  friend struct TaskSlotReturn;
  friend class Model;

  bool orphaned() const override;
  void recycle() override;
  void create_task(int reserved_by_caller, Deadline deadline);
  void read_output_layouts();
  bool enlarge_outputs();
  void note_dynamic_dimensions(const ModelTensor& tensor, const TensorLayout& layout);

  struct Output {
    BlockRef block;
    /// Reported after the run; for outputs whose layout is not fixed.
    TensorLayout layout;
    /// After a run whose memory was too small.
    std::int64_t wanted_bytes = 0;
  };

  const Model& model_;
  std::shared_ptr<const ModelSet> owner_;
  TaskSlot* next_idle_ = nullptr;
  bool reserved_ = false;
  Scheduling scheduling_ = {};
  std::vector<hbDNNTensor> input_tensors_;
  std::vector<hbDNNTensor> output_tensors_;
  std::vector<InputBuffer> own_inputs_;
  std::vector<BlockRef> bound_inputs_;
  std::vector<Output> outputs_;
  std::int64_t largest_dynamic_dimension_ = 0;
};

}  // namespace hbm
