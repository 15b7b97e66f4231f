// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ucp/process_check.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "ucp/configuration.hpp"
#include "ucp/faults.hpp"
#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

std::atomic<bool> forked{false};

/// The environment's error, or the first fault text's; empty where all is well.
const std::string& startup_problem() {
  static const std::string problem = [] {
    pthread_atfork(nullptr, nullptr, [] { forked.store(true); });
    if (!configuration().error.empty()) {
      return configuration().error;
    }
    const char* faults = std::getenv("HBM_SIM_FAULTS");
    std::string unreadable = faults != nullptr ? Faults::instance().replace(faults) : std::string();
    return unreadable.empty() ? unreadable : "environment variable HBM_SIM_FAULTS: " + unreadable;
  }();
  return problem;
}

}  // namespace

std::int32_t check_process(const char* function) noexcept try {
  const std::string& problem = startup_problem();
  if (!problem.empty()) {
    return hbm_sim_fail(HB_UCP_INIT_FAILED, "%s: %s", function, problem.c_str());
  }
  if (forked.load(std::memory_order_relaxed)) {
    return hbm_sim_fail(
        HB_UCP_API_USE_ERROR,
        "%s: this process was forked off one that used the library, and the device's threads are not in "
        "it; start processes with spawn, or use the library after the fork only",
        function);
  }
  return HB_UCP_SUCCESS;
} catch (const std::bad_alloc&) {
  return HB_UCP_MEM_ALLOC_FAIL;
}

}  // namespace hbm_sim
