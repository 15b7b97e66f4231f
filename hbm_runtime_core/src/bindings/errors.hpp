// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace hbm {

/// An argument of the wrong type; becomes TypeError.
class TypeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Makes a native exception the pending Python error, as one of the classes of hbm_runtime_core.errors.
void set_python_error(const std::exception_ptr& error);

/// For every exception of ours that leaves a binding.
void register_error_translation();

}  // namespace hbm
