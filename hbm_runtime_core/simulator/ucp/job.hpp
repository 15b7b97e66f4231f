// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hobot/hb_ucp.h"

// How libdnn hands its inferences to libhbucp. Exported from libhbucp beside the C API; not for programs.

namespace hbm_sim {

/// What the device needs to schedule a model.
struct JobTraits {
  const char* model;        ///< for traces and messages; lives as long as the job
  std::int32_t bpu_cores;   ///< cores the model was compiled for: it takes all of them at once
  std::int64_t latency_us;  ///< declared time on the BPU
  std::int64_t
      max_time_per_fc_us;  ///< length of a function call, where preemption can happen; 0: the model is one call
  bool keeps_latency;      ///< the declared time holds whatever HBM_SIM_TIMING says (timed engine)
};

/// One inference: a sub-task.
class Job {
 public:
  virtual const JobTraits& traits() const noexcept = 0;
  /// Computes once, on a thread of the device or of the submitter. Returns a code of hbUCPStatus.
  virtual std::int32_t execute(std::int32_t core) noexcept = 0;
  /// The task is released: the job goes back to its owner or deletes itself.
  virtual void recycle() noexcept = 0;

 protected:
  ~Job() = default;
};

}  // namespace hbm_sim

extern "C" {

/// Called first in every C API function, which returns at once if the code is not 0. Checks the environment, refuses
/// a forked child and applies HBM_SIM_FAULTS (it may sleep). `model` may be null.
std::int32_t hbm_sim_enter(const char* function, const char* model);

/// Writes an error to stderr (HB_UCP_LOG_LEVEL) and keeps it for hbm_sim_last_error(); returns `code`.
__attribute__((format(printf, 2, 3))) std::int32_t hbm_sim_fail(std::int32_t code, const char* format, ...);

/// A line on stderr at warning level.
__attribute__((format(printf, 1, 2))) void hbm_sim_warn(const char* format, ...);

/// The calling thread's last failure as a sentence; "" where there was none.
const char* hbm_sim_last_error(void);

/// For a program that shows hbm_sim_last_error() itself: failures are no longer written to stderr, unless
/// HB_UCP_LOG_LEVEL is set. Warnings still are.
void hbm_sim_keep_errors_off_stderr(void);

/// Creates a task (*task null) or appends to one that is not submitted. Takes the job over on success only.
std::int32_t hbm_sim_task_add(hbUCPTaskHandle_t* task, hbm_sim::Job* job);

/// The sub-task `index` of a finished task.
std::int32_t hbm_sim_task_job(hbUCPTaskHandle_t task, std::int32_t index, hbm_sim::Job** job);

/// The synchronous form: default scheduling, returns when finished. The caller keeps the job.
std::int32_t hbm_sim_run_now(hbm_sim::Job* job);

/// 0 where the device can use the window: it lies in one block of device memory, and its two addresses belong together.
/// The reason is only kept for hbm_sim_last_error(); the caller adds which tensor it is.
std::int32_t hbm_sim_memory_check(const hbUCPSysMem* window);

/// "s100", "s100p" or "s600", its number of BPU cores, and the alignment of dynamic strides in bytes.
const char* hbm_sim_soc(void);
std::int32_t hbm_sim_core_count(void);
std::int32_t hbm_sim_stride_alignment(void);

/// BPU cores of another SoC by its name, for "any" of the largest one; 0 for an unknown name.
std::int32_t hbm_sim_core_count_of(const char* soc);

/// Microseconds that a core was busy since the process started; -1 for a core that does not exist.
std::int64_t hbm_sim_core_busy_us(std::int32_t core);

/// Replaces HBM_SIM_FAULTS while the process runs; 0, or INVALID_ARGUMENT for a text that cannot be read.
std::int32_t hbm_sim_set_faults(const char* text);
}
