// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/faults.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <thread>

#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

constexpr std::chrono::milliseconds kHangPoll{2};

// The functions that return a status: only those can be made to fail.
constexpr std::string_view kFunctions[] = {
    "hbDNNInitializeFromFiles",
    "hbDNNInitializeFromDDR",
    "hbDNNRelease",
    "hbDNNGetModelNameList",
    "hbDNNGetModelHandle",
    "hbDNNGetModelDesc",
    "hbDNNGetHBMDesc",
    "hbDNNGetCompileBpuCoreNum",
    "hbDNNGetInputCount",
    "hbDNNGetInputName",
    "hbDNNGetInputTensorProperties",
    "hbDNNGetInputDesc",
    "hbDNNGetOutputCount",
    "hbDNNGetOutputName",
    "hbDNNGetOutputTensorProperties",
    "hbDNNGetOutputDesc",
    "hbDNNInferV2",
    "hbDNNGetTaskOutputTensorProperties",
    "hbUCPMalloc",
    "hbUCPMallocCached",
    "hbUCPFree",
    "hbUCPMemFlush",
    "hbUCPSubmitTask",
    "hbUCPWaitTaskDone",
    "hbUCPSetTaskDoneCb",
    "hbUCPReleaseTask",
    "hbUCPFlushLog",
};

/// Cuts the part before `separator` (all, where there is none) off `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

}  // namespace

Faults& Faults::instance() {
  // Never destroyed: calls may come from other static objects' destructors.
  static Faults* faults = new Faults;
  return *faults;
}

std::string Faults::parse(std::string_view text, std::vector<Rule>& rules) {
  while (!text.empty()) {
    std::string_view rest = take(text, ',');
    Rule rule;
    rule.function = take(rest, ':');
    if (std::find(std::begin(kFunctions), std::end(kFunctions), rule.function) == std::end(kFunctions)) {
      return "expected a function of the C API that returns a status, hbDNNInferV2 for instance, got '" +
             rule.function + "'";
    }
    while (!rest.empty()) {
      std::string_view value = take(rest, ':');
      const std::string key(take(value, '='));
      if (key == "model") {
        rule.model = value;
        continue;
      }
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size()) {
        return rule.function + ": expected " + key + "=NUMBER, got '" + key + "=" + std::string(value) + "'";
      }
      const bool positive = number > 0;
      if (key == "fail" && number < 0 && number >= INT32_MIN) {
        rule.status = static_cast<std::int32_t>(number);
      } else if (key == "delay_ms" && number >= 0) {
        rule.delay_ms = number;
      } else if (key == "hang" && number == 1) {
        rule.hang = true;
      } else if (key == "after" && number >= 0) {
        rule.after = number;
      } else if (key == "every" && positive) {
        rule.every = number;
      } else if (key == "count" && positive) {
        rule.count = number;
      } else {
        return rule.function + ": '" + key + "=" + std::to_string(number) +
               "' is not one of fail=NEGATIVE_STATUS, delay_ms=N, hang=1, model=NAME, after=N, every=N, count=N";
      }
    }
    rules.push_back(std::move(rule));
  }
  return {};
}

std::string Faults::replace(std::string_view text) {
  std::vector<Rule> rules;
  if (std::string problem = parse(text, rules); !problem.empty()) {
    return problem;
  }
  const std::lock_guard lock(mutex_);
  rules_ = std::move(rules);
  revision_.fetch_add(1);
  active_.store(!rules_.empty(), std::memory_order_release);
  return {};
}

std::int32_t Faults::apply_rules(const char* function, const char* model) {
  std::int64_t delay_ms = 0;
  bool hang = false;
  std::int32_t status = 0;
  std::uint32_t revision = 0;
  {
    const std::lock_guard lock(mutex_);
    revision = revision_.load();
    for (Rule& rule : rules_) {
      if (rule.function != function || (!rule.model.empty() && (model == nullptr || rule.model != model))) {
        continue;
      }
      const std::int64_t index = rule.seen++ - rule.after;
      if (index < 0 || (index + 1) % rule.every != 0 || rule.fired >= rule.count) {
        continue;
      }
      ++rule.fired;
      delay_ms += rule.delay_ms;
      hang = hang || rule.hang;
      if (status == 0) {
        status = rule.status;
      }
    }
  }
  if (delay_ms > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
  }
  while (hang && revision_.load() == revision) {
    std::this_thread::sleep_for(kHangPoll);
  }
  if (status == 0) {
    return 0;
  }
  return hbm_sim_fail(status, "%s: made to fail by HBM_SIM_FAULTS (%s)", function, hbUCPGetErrorDesc(status));
}

}  // namespace hbm_sim
