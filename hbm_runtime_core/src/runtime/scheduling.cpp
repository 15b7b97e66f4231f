// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/scheduling.hpp"

#include <algorithm>
#include <limits>

#include "driver/error.hpp"
#include "runtime/names.hpp"

namespace hbm {
namespace {

// Bits 0 to 3 of a backend mask are the BPU's cores.
constexpr std::int64_t kMostCores = 4;

std::string of_model(const std::string& model) { return "model '" + model + "': "; }

int core_count(std::uint64_t mask) { return __builtin_popcountll(mask); }

std::string first_cores(int count) {
  std::vector<std::int64_t> cores;
  for (int core = 0; core < count; ++core) {
    cores.push_back(core);
  }
  return list_numbers(cores);
}

}  // namespace

Scheduling built_in_scheduling() {
  Scheduling scheduling = {};
  scheduling.priority = HB_UCP_PRIORITY_LOWEST;
  scheduling.backend = HB_UCP_BPU_CORE_ANY;
  return scheduling;
}

// An odd version means that a change is in progress. Reading each value with `acquire` orders the second read of the
// version after it.
Scheduling SharedScheduling::load() const {
  Scheduling scheduling = {};
  std::uint32_t version = 0;
  do {
    version = version_.load(std::memory_order_acquire);
    scheduling.priority = priority_.load(std::memory_order_acquire);
    scheduling.customId = custom_id_.load(std::memory_order_acquire);
    scheduling.backend = backend_.load(std::memory_order_acquire);
    scheduling.deviceId = device_id_.load(std::memory_order_acquire);
  } while (version % 2 != 0 || version_.load(std::memory_order_relaxed) != version);
  return scheduling;
}

void SharedScheduling::store(const Scheduling& scheduling) {
  version_.fetch_add(1);
  priority_.store(scheduling.priority);
  custom_id_.store(scheduling.customId);
  backend_.store(scheduling.backend);
  device_id_.store(scheduling.deviceId);
  version_.fetch_add(1);
}

void SchedulingChange::apply(Scheduling* scheduling) const {
  scheduling->priority = priority.value_or(scheduling->priority);
  scheduling->customId = custom_id.value_or(scheduling->customId);
  scheduling->backend = backend.value_or(scheduling->backend);
  scheduling->deviceId = device_id.value_or(scheduling->deviceId);
}

std::int32_t checked_priority(const std::string& model, std::int64_t priority) {
  if (priority < HB_UCP_PRIORITY_LOWEST || priority > HB_UCP_PRIORITY_HIGHEST) {
    throw ValueError(of_model(model) + "priority: expected " + std::to_string(HB_UCP_PRIORITY_LOWEST) + " to " +
                     std::to_string(HB_UCP_PRIORITY_HIGHEST) + " (higher runs first, from " +
                     std::to_string(kFirstPreemptingPriority) + " on it preempts), got " + std::to_string(priority));
  }
  return static_cast<std::int32_t>(priority);
}

std::uint32_t checked_device_id(const std::string& model, std::int64_t device_id) {
  if (device_id < 0 || device_id > kLargestDeviceId) {
    throw ValueError(of_model(model) + "device_id: expected 0 or more (a board has device 0), got " +
                     std::to_string(device_id));
  }
  return static_cast<std::uint32_t>(device_id);
}

std::uint64_t checked_cores(const std::string& model, const std::vector<std::int64_t>& cores,
                            const CoreLimits& limits) {
  if (std::all_of(cores.begin(), cores.end(), [](std::int64_t core) { return core == -1; })) {
    return HB_UCP_BPU_CORE_ANY;
  }
  const std::int64_t available =
      limits.board_cores > 0 ? std::min<std::int64_t>(limits.board_cores, kMostCores) : kMostCores;
  std::uint64_t mask = 0;
  for (const std::int64_t core : cores) {
    if (core < 0 || core >= available) {
      const std::string board = limits.soc.empty() ? "this board" : "the " + limits.soc;
      throw ValueError(of_model(model) + "bpu_cores: " + board + " has core" +
                       (available == 1 ? " 0" : "s 0 to " + std::to_string(available - 1)) + ", got " +
                       list_numbers(cores) + (core == -1 ? "; -1 (any core) cannot be combined with other cores" : ""));
    }
    mask |= std::uint64_t{1} << core;
  }
  if (limits.model_cores > 1 && core_count(mask) != limits.model_cores) {
    throw ValueError(of_model(model) + "bpu_cores: the model was compiled for " + std::to_string(limits.model_cores) +
                     " cores and takes exactly as many, got " + list_numbers(cores));
  }
  return mask;
}

void check_runnable(const std::string& model, const Scheduling& scheduling, const CoreLimits& limits) {
  if (limits.model_cores > 1 && scheduling.backend == HB_UCP_BPU_CORE_ANY) {
    throw ValueError(of_model(model) + "bpu_cores: the model was compiled for " + std::to_string(limits.model_cores) +
                     " cores and needs them named, for example " + first_cores(limits.model_cores) +
                     (limits.board_cores > 0 && limits.board_cores < limits.model_cores
                          ? "; this board has only " + std::to_string(limits.board_cores)
                          : ""));
  }
}

int tasks_at_once(const Scheduling& scheduling, const CoreLimits& limits) {
  const int cores = scheduling.backend == HB_UCP_BPU_CORE_ANY ? limits.board_cores : core_count(scheduling.backend);
  return std::max(1, cores / std::max(1, limits.model_cores));
}

}  // namespace hbm
