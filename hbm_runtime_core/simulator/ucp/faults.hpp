// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace hbm_sim {

/// Injected faults: HBM_SIM_FAULTS=RULE[,RULE…], a rule being FUNCTION[:KEY=VALUE]… with the keys
///   fail=CODE      the call returns this status (hbUCPWaitTaskDone: once the task is done)
///   delay_ms=N     the call answers N milliseconds late
///   hang=1         the call answers when the faults are replaced
///   model=NAME     only calls that concern this model
///   after=N        not the first N calls
///   every=N        only each N-th call after those
///   count=N        at most N times
class Faults {
 public:
  static Faults& instance();

  /// Replaces the rules; an explanation where the text cannot be read (the rules stay then), "" otherwise.
  std::string replace(std::string_view text);

  /// Delays or hangs as the rules require; the status to return, or 0 to continue. `model` may be null.
  std::int32_t apply(const char* function, const char* model) {
    return active_.load(std::memory_order_acquire) ? apply_rules(function, model) : 0;
  }

 private:
  struct Rule {
    std::string function;
    std::string model;
    std::int32_t status = 0;
    std::int64_t delay_ms = 0;
    bool hang = false;
    std::int64_t after = 0;
    std::int64_t every = 1;
    std::int64_t count = INT64_MAX;
    std::int64_t seen = 0;
    std::int64_t fired = 0;
  };

  static std::string parse(std::string_view text, std::vector<Rule>& rules);
  std::int32_t apply_rules(const char* function, const char* model);

  std::atomic<bool> active_{false};
  std::atomic<std::uint32_t> revision_{0};
  std::mutex mutex_;
  std::vector<Rule> rules_;
};

}  // namespace hbm_sim
