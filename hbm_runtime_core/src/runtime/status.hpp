// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "driver/driver.hpp"

namespace hbm {

/// `HB_UCP_TASK_RUN_FAILED` …; `unknown status` for a number that no known release uses.
const char* status_name(std::int32_t code);

/// The exception for a failed call: why, what to do next, then which model or model file and which function.
[[noreturn]] void throw_status(const Driver& driver, std::int32_t code, const char* function, const std::string& model,
                               const std::string& file = {});

inline void check(const Driver& driver, std::int32_t code, const char* function, const std::string& model) {
  if (code != 0) {
    throw_status(driver, code, function, model);
  }
}

/// Text of a description, whose size may or may not count a closing zero.
std::string description_text(const char* text, std::uint32_t size);

}  // namespace hbm
