// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/api_guard.hpp"

#include <exception>
#include <new>

#include "hobot/hb_ucp_status.h"
#include "ucp/job.hpp"

namespace hbm_sim {

std::int32_t report_exception(const char* function) noexcept {
  try {
    throw;
  } catch (const StatusError& error) {
    return hbm_sim_fail(error.status(), "%s: %s", function, error.what());
  } catch (const std::bad_alloc&) {
    return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "%s: the host is out of memory", function);
  } catch (const std::exception& error) {
    return hbm_sim_fail(HB_UCP_UNKNOWN_ERROR, "%s: %s", function, error.what());
  } catch (...) {
    return hbm_sim_fail(HB_UCP_UNKNOWN_ERROR, "%s: failed without a reason", function);
  }
}

void require_pointer(const void* pointer, const char* name) {
  if (pointer == nullptr) {
    throw StatusError(HB_UCP_INVALID_ARGUMENT, std::string(name) + " is NULL");
  }
}

void require_index(std::int64_t index, std::size_t count, const char* what) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= count) {
    throw StatusError(HB_UCP_INVALID_ARGUMENT, std::string(what) + ": expected 0 to " + std::to_string(count - 1) +
                                                   ", got " + std::to_string(index));
  }
}

}  // namespace hbm_sim
