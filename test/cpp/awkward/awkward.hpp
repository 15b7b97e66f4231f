// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second implementation of the C API, for tests. Where documents and boards disagree about what the libraries do, it
// does what the simulator does not:
//   * cached memory is two memories, and only hbUCPMemFlush carries bytes between them; fresh memory holds garbage;
//   * hbDNNInferV2 reports an exhausted pool as success with a null handle;
//   * tensor arrays are not copied but read when the task runs, and must not change before its release;
//   * hbUCPWaitTaskDone waits to the end whatever its time limit, and reports the time-out then;
//   * releases may be slow; hbDNNRelease refuses while tasks live;
//   * names come unordered, zero points are null, the axis of a single scale is -1, descriptions count their closing
//     zero, padding holds garbage, and hbDNNGetCompileBpuCoreNum does not exist.
// What a caller does wrong is counted (awkward_violations).

#include <cstdint>
#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"

namespace awkward {

/// No test uses more of a block, and one of gigabytes must not take that much memory of the host.
constexpr std::uint64_t kMostUsed = std::uint64_t{16} << 20;

/// Computes on the device's side of the memory, and returns the outputs' real properties and a status.
using Work = std::int32_t (*)(void* context, hbDNNTensor* outputs, const hbDNNTensor* inputs,
                              std::vector<hbDNNTensorProperties>* reported);

struct TaskRequest {
  Work work;
  void* context;
  hbDNNTensor* outputs;
  const hbDNNTensor* inputs;
  int output_count;
  int input_count;
  std::int64_t latency_us;
};

/// Null when the pool is exhausted.
hbUCPTaskHandle_t create_task(const TaskRequest& request);
/// What the run reported; null for a handle that is none, or not done.
const std::vector<hbDNNTensorProperties>* reported_by(hbUCPTaskHandle_t task);
int live_tasks();
/// Those whose request had this context.
int live_tasks_of(const void* context);

/// The device's side of a CPU address; null where no allocation holds that many bytes from there on.
char* device_side(const hbUCPSysMem& memory, std::uint64_t bytes);

void record_violation(const std::string& what);

/// AWKWARD_FAIL and awkward_fail(): the status that this function shall fail with, or 0.
std::int32_t injected_failure(const char* function);

}  // namespace awkward

/// Stands in every function that returns a status: at its start, or at its end where it gives something back.
#define AWKWARD_MAY_FAIL()                                                              \
  if (const std::int32_t failure = awkward::injected_failure(__func__); failure != 0) { \
    return failure;                                                                     \
  }

extern "C" {
/// From now on `function` fails with `status`, `count` times.
void awkward_fail(const char* function, std::int32_t status, std::int32_t count);
/// `function` fails once, after it was called `position` times.
void awkward_fail_at(const char* function, std::int32_t status, std::int32_t position);
/// How often `function` should still have failed. It does not any more.
std::int32_t awkward_fail_no_more(const char* function);
/// As long as it is held, the device begins no task.
void awkward_hold(bool held);
/// The device runs each task once more right before its release, and writes its outputs again.
void awkward_complete_twice(bool twice);
void awkward_set_release_us(std::int64_t microseconds);
std::int32_t awkward_violations(void);
char const* awkward_last_violation(void);
std::int64_t awkward_live_allocations(void);
std::int64_t awkward_allocation_count(void);
std::int32_t awkward_live_tasks(void);
std::int32_t awkward_most_tasks(void);
/// Tasks that the calling thread has released.
std::int32_t awkward_releases_here(void);
}
