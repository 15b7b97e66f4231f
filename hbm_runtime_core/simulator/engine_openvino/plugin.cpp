// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>
#include <exception>
#include <sstream>
#include <string>

#include "engine_openvino/engine_plugin.h"
#include "engine_openvino/program.hpp"
#include "hobot/hb_ucp_status.h"

namespace {

/// OpenVINO's error texts have several lines, some of which name its source files. This returns the rest as one line.
std::string in_one_line(const char* text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line.compare(begin, 15, "Exception from ") == 0) {
      continue;
    }
    result += (result.empty() ? "" : " ") + line.substr(begin);
  }
  return result.empty() ? text : result;
}

void explain(char* error, std::size_t error_bytes, const char* text) noexcept {
  try {
    std::snprintf(error, error_bytes, "%s", in_one_line(text).c_str());
  } catch (...) {
    std::snprintf(error, error_bytes, "%s", text);
  }
}

/// Runs `body` and returns HB_UCP_SUCCESS, `failure` or HB_UCP_MEM_ALLOC_FAIL; no exception leaves the library.
template <typename Body>
std::int32_t guarded(std::int32_t failure, char* error, std::size_t error_bytes, const Body& body) noexcept {
  const auto fail = [&](const char* text) {
    explain(error, error_bytes, text);
    return failure;
  };
  try {
    body();
    return HB_UCP_SUCCESS;
  } catch (const std::exception& exception) {
    // OpenVINO passes on exceptions of its plugins as text.
    if (std::strstr(exception.what(), "std::bad_alloc") == nullptr) {
      return fail(exception.what());
    }
  } catch (...) {
    return fail("OpenVINO failed without a reason");
  }
  explain(error, error_bytes, "the host is out of memory");
  return HB_UCP_MEM_ALLOC_FAIL;
}

hbm_sim::Program* program_of(hbm_sim_program* program) { return reinterpret_cast<hbm_sim::Program*>(program); }

std::int32_t load(const hbm_sim_program_source* source, hbm_sim_program** program, char* error,
                  std::size_t error_bytes) noexcept {
  return guarded(HB_UCP_MODEL_INVALID, error, error_bytes,
                 [&] { *program = reinterpret_cast<hbm_sim_program*>(new hbm_sim::Program(*source)); });
}

void unload(hbm_sim_program* program) noexcept { delete program_of(program); }

std::int32_t execute(hbm_sim_program* program, const hbDNNTensor* inputs, hbDNNTensor* outputs, char* error,
                     std::size_t error_bytes) noexcept {
  return guarded(HB_UCP_TASK_RUN_FAILED, error, error_bytes, [&] { program_of(program)->execute(inputs, outputs); });
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const hbm_sim_engine_plugin* hbm_sim_get_engine_plugin(void) {
  static const hbm_sim_engine_plugin plugin{HBM_SIM_ENGINE_PLUGIN_VERSION, load, unload, execute};
  return &plugin;
}
