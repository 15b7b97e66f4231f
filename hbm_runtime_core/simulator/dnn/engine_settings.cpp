// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/engine_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"
#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

constexpr long kMostThreads = 1024;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::int32_t read_threads() {
  const std::string text = environment("HBM_SIM_THREADS");
  if (text.empty()) {
    const auto processors = static_cast<std::int32_t>(std::thread::hardware_concurrency());
    return std::max(1, processors / hbm_sim_core_count());
  }
  char* end = nullptr;
  errno = 0;
  const long threads = std::strtol(text.c_str(), &end, 10);
  if (errno != 0 || *end != '\0' || threads < 1 || threads > kMostThreads) {
    throw StatusError(HB_UCP_INIT_FAILED, "environment variable HBM_SIM_THREADS: expected 1 to " +
                                              std::to_string(kMostThreads) + ", got '" + text + "'");
  }
  return static_cast<std::int32_t>(threads);
}

bool read_fast() {
  const std::string text = environment("HBM_SIM_PRECISION");
  if (!text.empty() && text != "exact" && text != "fast") {
    throw StatusError(HB_UCP_INIT_FAILED,
                      "environment variable HBM_SIM_PRECISION: expected exact or fast, got '" + text + "'");
  }
  return text == "fast";
}

std::string read_cache_directory() {
  if (std::getenv("HBM_SIM_CACHE_DIR") != nullptr) {
    return environment("HBM_SIM_CACHE_DIR");
  }
  // The XDG base directory specification: a relative path there is to be ignored.
  const std::string base = environment("XDG_CACHE_HOME");
  if (!base.empty() && base.front() == '/') {
    return base + "/hbm_runtime/networks";
  }
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.cache/hbm_runtime/networks";
}

}  // namespace

const EngineSettings& engine_settings() {
  static const EngineSettings settings{read_threads(), read_fast(), read_cache_directory()};
  return settings;
}

}  // namespace hbm_sim
