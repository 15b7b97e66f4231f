// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include "engine_openvino/engine_plugin.h"
#include "engine_openvino/program.hpp"

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

/// Runs `body`; no exception leaves the library.
template <typename Result, typename Body>
Result guarded(Result failure, char* error, std::size_t error_bytes, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& exception) {
    explain(error, error_bytes, exception.what());
  } catch (...) {
    explain(error, error_bytes, "OpenVINO failed without a reason");
  }
  return failure;
}

hbm_sim::Program* program_of(hbm_sim_program* program) { return reinterpret_cast<hbm_sim::Program*>(program); }

hbm_sim_program* load(const hbm_sim_program_source* source, char* error, std::size_t error_bytes) noexcept {
  return guarded<hbm_sim_program*>(nullptr, error, error_bytes,
                                   [&] { return reinterpret_cast<hbm_sim_program*>(new hbm_sim::Program(*source)); });
}

void unload(hbm_sim_program* program) noexcept { delete program_of(program); }

std::int32_t execute(hbm_sim_program* program, const hbDNNTensor* inputs, hbDNNTensor* outputs, char* error,
                     std::size_t error_bytes) noexcept {
  return guarded<std::int32_t>(-1, error, error_bytes, [&] {
    program_of(program)->execute(inputs, outputs);
    return 0;
  });
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const hbm_sim_engine_plugin* hbm_sim_get_engine_plugin(void) {
  static const hbm_sim_engine_plugin plugin{HBM_SIM_ENGINE_PLUGIN_VERSION, load, unload, execute};
  return &plugin;
}
