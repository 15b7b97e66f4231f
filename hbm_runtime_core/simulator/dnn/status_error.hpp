// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace hbm_sim {

/// A failure of a C API call: the status it returns and the sentence that explains it.
class StatusError : public std::runtime_error {
 public:
  StatusError(std::int32_t status, const std::string& text) : std::runtime_error(text), status_(status) {}

  std::int32_t status() const noexcept { return status_; }

 private:
  std::int32_t status_;
};

}  // namespace hbm_sim
