// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace hbm_sim {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;
constexpr SocProfile kProfiles[] = {
    {"s100", "RDK S100 (simulated)", 1, 32, 2 * kGiB},
    {"s100p", "RDK S100P (simulated)", 1, 32, 2 * kGiB},
    {"s600", "RDK S600 (simulated)", 4, 64, 4 * kGiB},
};

std::string_view environment(const char* name, std::string_view fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::string_view(value) : fallback;
}

void refuse(Configuration& configuration, const char* name, std::string_view value, const char* expected) {
  if (configuration.error.empty()) {
    configuration.error =
        std::string("environment variable ") + name + ": expected " + expected + ", got '" + std::string(value) + "'";
  }
}

std::int32_t integer(Configuration& configuration, const char* name, std::int32_t fallback, std::int32_t low,
                     std::int32_t high, const char* expected) {
  const std::string value(environment(name, ""));
  if (value.empty()) {
    return fallback;
  }
  char* end = nullptr;
  errno = 0;
  const long number = std::strtol(value.c_str(), &end, 10);
  if (errno != 0 || *end != '\0' || number < low || number > high) {
    refuse(configuration, name, value, expected);
    return fallback;
  }
  return static_cast<std::int32_t>(number);
}

bool choice(Configuration& configuration, const char* name, std::string_view off, std::string_view on,
            const char* expected) {
  const std::string_view value = environment(name, off);
  if (value != off && value != on) {
    refuse(configuration, name, value, expected);
  }
  return value == on;
}

Configuration read_environment() {
  Configuration read{};
  read.soc = kProfiles[2];
  const std::string_view soc = environment("HBM_SIM_SOC", "s600");
  bool known = false;
  for (const SocProfile& profile : kProfiles) {
    if (soc == profile.name) {
      read.soc = profile;
      known = true;
    }
  }
  if (!known) {
    refuse(read, "HBM_SIM_SOC", soc, "s100, s100p or s600");
  }
  read.model_timing = choice(read, "HBM_SIM_TIMING", "host", "model", "host or model");
  read.inline_execution = choice(read, "HBM_SIM_EXECUTION", "queued", "inline", "queued or inline");
  read.dispatch_ahead = integer(read, "HBM_SIM_DISPATCH_AHEAD", 3, 1, 1024, "a number from 1 to 1024");
  read.task_limit = integer(read, "HB_UCP_MAX_TASK_NUM", 32, 1, 4096, "a number from 1 to 4096");
  read.log_level = integer(read, "HB_UCP_LOG_LEVEL", 3, 0, 6, "a number from 0 (trace) to 6 (off)");
  read.log_level_is_set = !environment("HB_UCP_LOG_LEVEL", "").empty();
  read.trace_path = environment("HBM_SIM_TRACE", "");
  return read;
}

}  // namespace

std::int32_t core_count_of(std::string_view soc) {
  std::int32_t count = 0;
  for (const SocProfile& profile : kProfiles) {
    if (soc == "any" || soc == profile.name) {
      count = std::max(count, profile.core_count);
    }
  }
  return count;
}

const Configuration& configuration() {
  static const Configuration instance = read_environment();
  return instance;
}

}  // namespace hbm_sim
