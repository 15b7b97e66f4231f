// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "runtime/model_set.hpp"
#include "runtime/task_slot.hpp"

namespace hbm {

/// How long each step of one model's part of a call took, in microseconds.
struct CallTiming {
  /// From the caller's arrays into device memory; 0 for inputs filled in place.
  double input_us = 0;
  /// Waiting for a free task, creating and submitting it.
  double submit_us = 0;
  /// From submission until the library reports the end: waiting in the device's queue, and running.
  double device_us = 0;
  /// Making the outputs readable, and copying those that the caller wants in arrays of their own.
  double output_us = 0;
  double total_us = 0;
};

/// Memory of the caller that receives one output.
struct OutputTarget {
  /// Device memory of ours that the device writes directly; empty where it has to be copied.
  BlockRef block;
  void* data = nullptr;
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t stride_bytes[kMaxRank] = {};
};

/// One output of a finished part.
struct OutputResult {
  BlockRef block;
  /// Points to the model's own layout where that is fixed, else to `reported`.
  const TensorLayout* layout = nullptr;
  TensorLayout reported;
};

/// One model's share of a call.
struct CallPart {
  const Model* model = nullptr;
  Scheduling scheduling = {};
  /// One per input; unused where `buffers` is set.
  std::vector<InputView> inputs;
  /// Inputs filled in place; not owned.
  const std::vector<InputBuffer>* buffers = nullptr;
  /// Empty, or one per output.
  std::vector<OutputTarget> targets;
  std::vector<OutputResult> results;
  CallTiming timing;

  TaskSlotPtr slot;
  std::exception_ptr error;
  Clock::time_point started;
  Clock::time_point copied;
  Clock::time_point submitted;
};

/// One inference of one or several models at once: everything is submitted before anything is waited for, so models
/// run in parallel without one thread per model.
class Call {
 public:
  /// Returns a part of the last call with the memory that it holds, or a new one.
  CallPart& add_part(const Model& model);
  std::size_t part_count() const { return part_count_; }
  CallPart& part(std::size_t index) { return parts_[index]; }
  void set_timed(bool timed) { timed_ = timed; }

  /// Copies in and submits as many parts as there can be tasks. Throws TimeoutError where no task becomes free in time;
  /// an error of one part waits for `finish`.
  void start(std::shared_ptr<const ModelSet> set, Deadline deadline);
  /// After `start`: throws the first error where no part was submitted, so that there is nothing to wait for.
  void check_started();
  /// Waits for all parts, also if one fails, then throws the first error.
  void finish();
  /// After `finish`: fills the caller's own arrays. On the caller's thread only, who keeps them alive.
  void copy_out();

  Device& device() const { return set_->device(); }
  /// Throws TimeoutError: the wait of so many milliseconds was too short. `consequence` describes who owns the call
  /// now.
  [[noreturn]] void throw_not_done(double timeout_ms, const std::string& consequence) const;
  /// Drops what the last call used, except memory for the next one.
  void clear();

 private:
  void start_batch(Deadline deadline);
  void start_part(CallPart& part, int batch, Deadline deadline);
  void finish_part(CallPart& part);
  void throw_first_error();
  [[noreturn]] void throw_timeout(const std::string& what) const;
  void collect(CallPart& part);
  static void copy_out(const CallPart& part, std::size_t output);

  std::shared_ptr<const ModelSet> set_;
  std::vector<CallPart> parts_;
  std::size_t part_count_ = 0;
  std::size_t started_count_ = 0;
  bool timed_ = false;
};

}  // namespace hbm
