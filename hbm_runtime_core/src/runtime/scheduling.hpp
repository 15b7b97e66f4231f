// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "driver/api_table.hpp"

namespace hbm {

/// A task of this or a higher priority interrupts one that is running; below it, priorities order the tasks that wait.
constexpr std::int32_t kFirstPreemptingPriority = 254;
constexpr std::int64_t kLargestDeviceId = std::numeric_limits<std::int32_t>::max();

/// How the device schedules one inference: priority, customId, cores as a bit mask, device.
using Scheduling = hbUCPSchedParam;

/// priority 0, customId 0, any BPU core, device 0.
Scheduling built_in_scheduling();

/// A value that one thread changes at a time and any thread reads without a lock: readers read again if it changed
/// meanwhile.
class SharedScheduling {
 public:
  explicit SharedScheduling(const Scheduling& scheduling) { store(scheduling); }

  Scheduling load() const;
  /// One thread at a time calls it.
  void store(const Scheduling& scheduling);

 private:
  std::atomic<std::uint32_t> version_{0};
  std::atomic<std::int32_t> priority_{0};
  std::atomic<std::int64_t> custom_id_{0};
  std::atomic<std::uint64_t> backend_{0};
  std::atomic<std::uint32_t> device_id_{0};
};

/// What a caller wants changed; empty = as it is.
struct SchedulingChange {
  std::optional<std::int32_t> priority;
  std::optional<std::int64_t> custom_id;
  std::optional<std::uint64_t> backend;
  /// The cores of `backend`, as the caller named them.
  std::vector<std::int64_t> bpu_cores;
  std::optional<std::uint32_t> device_id;

  void apply(Scheduling* scheduling) const;
};

/// What the rules are checked against.
struct CoreLimits {
  /// 0 = unknown.
  int board_cores = 0;
  /// Cores the model was compiled for; 0 = unknown.
  int model_cores = 0;
  std::string soc;
};

std::int32_t checked_priority(const std::string& model, std::int64_t priority);
std::uint32_t checked_device_id(const std::string& model, std::int64_t device_id);

/// Cores to mask, in any order, repeated or not. `[-1]` and `[]` are any core.
std::uint64_t checked_cores(const std::string& model, const std::vector<std::int64_t>& cores, const CoreLimits& limits);

/// Throws ValueError for a model of several cores without named cores: the device refuses to choose.
void check_runnable(const std::string& model, const Scheduling& scheduling, const CoreLimits& limits);

/// How many tasks of the model the cores can run at once; at least 1.
int tasks_at_once(const Scheduling& scheduling, const CoreLimits& limits);

}  // namespace hbm
