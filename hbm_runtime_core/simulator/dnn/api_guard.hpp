// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dnn/status_error.hpp"

namespace hbm_sim {

/// Turns the exception being handled into a status, a line on stderr and the text of hbm_sim_last_error().
std::int32_t report_exception(const char* function) noexcept;

/// Runs the body of a C API function: no exception leaves it.
template <typename Body>
std::int32_t guarded(const char* function, Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    return report_exception(function);
  }
}

/// Throws StatusError with HB_UCP_INVALID_ARGUMENT where a pointer of the caller is null.
void require_pointer(const void* pointer, const char* name);

/// Throws StatusError with HB_UCP_INVALID_ARGUMENT where an index is not below `count`.
void require_index(std::int64_t index, std::size_t count, const char* what);

}  // namespace hbm_sim
