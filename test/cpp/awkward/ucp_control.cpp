// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

#include "awkward.hpp"

namespace {

struct Failure {
  std::int32_t status = 0;
  std::int32_t count = 0;
  std::int32_t skip = 0;
};

std::mutex mutex;
std::int32_t violations = 0;
std::string last_violation;

// AWKWARD_FAIL=function:status[:count],…
std::map<std::string, Failure> failures_of_environment() {
  std::map<std::string, Failure> failures;
  const char* text = std::getenv("AWKWARD_FAIL");
  std::istringstream entries(text != nullptr ? text : "");
  std::string entry;
  while (std::getline(entries, entry, ',')) {
    std::istringstream fields(entry);
    std::string function;
    std::string status;
    std::string count;
    std::getline(fields, function, ':');
    std::getline(fields, status, ':');
    std::getline(fields, count, ':');
    failures[function] = {std::atoi(status.c_str()), count.empty() ? 1 << 30 : std::atoi(count.c_str()), 0};
  }
  return failures;
}

std::map<std::string, Failure>& failures() {
  static auto* map = new std::map<std::string, Failure>(failures_of_environment());
  return *map;
}

}  // namespace

namespace awkward {

void record_violation(const std::string& what) {
  std::lock_guard<std::mutex> lock(mutex);
  ++violations;
  last_violation = what;
}

std::int32_t injected_failure(const char* function) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = failures().find(function);
  if (found == failures().end() || found->second.count == 0) {
    return 0;
  }
  if (found->second.skip > 0) {
    --found->second.skip;
    return 0;
  }
  --found->second.count;
  return found->second.status;
}

}  // namespace awkward

extern "C" {

void awkward_fail(const char* function, std::int32_t status, std::int32_t count) {
  std::lock_guard<std::mutex> lock(mutex);
  failures()[function] = {status, count, 0};
}

void awkward_fail_at(const char* function, std::int32_t status, std::int32_t position) {
  std::lock_guard<std::mutex> lock(mutex);
  failures()[function] = {status, 1, position};
}

std::int32_t awkward_fail_no_more(const char* function) {
  std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(failures()[function].count, 0);
}

std::int32_t awkward_violations(void) {
  std::lock_guard<std::mutex> lock(mutex);
  return violations;
}

char const* awkward_last_violation(void) {
  std::lock_guard<std::mutex> lock(mutex);
  return last_violation.c_str();
}

char const* hbUCPGetVersion(void) { return "9.9.9"; }

char const* hbUCPGetSocName(void) {
  const char* name = std::getenv("AWKWARD_SOC");
  return name != nullptr ? name : "D-Robotics RDK S100 V0P5";
}

char const* hbUCPGetErrorDesc(std::int32_t code) { return code == 0 ? "fine" : "awkward failure"; }

}  // extern "C"
