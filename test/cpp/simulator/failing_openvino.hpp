// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hbm_sim_test {

/// How a function of OpenVINO fails.
enum class Failure {
  kException,          ///< with an exception of OpenVINO
  kOutOfMemory,        ///< with std::bad_alloc
  kPluginOutOfMemory,  ///< with an exception of OpenVINO that has std::bad_alloc of one of its plugins as text
  kUnknown,            ///< with something that is no std::exception
};

/// The next call of OpenVINO but `position`, on any thread, fails once.
void fail_openvino(int position, Failure failure);

/// The function that has failed; empty if none has. It does not fail any more.
std::string fail_openvino_no_more();

/// How often the function was called so far, with the calls that failed.
int openvino_calls(const std::string& function);

/// How many calls there were on requests of which one had failed.
int calls_of_failed_requests();

}  // namespace hbm_sim_test
