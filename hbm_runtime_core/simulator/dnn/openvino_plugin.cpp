// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/openvino_plugin.hpp"

#include <dlfcn.h>
#include <unistd.h>
#include <mutex>
#include <string>

#include "dnn/status_error.hpp"
#include "hbm/library_file.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr const char* kFileName = "libhbm_sim_openvino.so";

const hbm_sim_engine_plugin& open_plugin() {
  const std::string path = hbm::library_folder(reinterpret_cast<const void*>(&openvino_plugin)) + "/" + kFileName;
  if (::access(path.c_str(), F_OK) != 0) {
    throw StatusError(HB_UCP_INIT_FAILED,
                      "its network needs the OpenVINO engine, which this build of the simulator "
                      "does not have (" +
                          path +
                          " is missing): use a build for x86-64 made with "
                          "HBM_BUILD_OPENVINO_ENGINE=ON, or a timed model");
  }
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    throw StatusError(HB_UCP_INIT_FAILED, "its network needs OpenVINO " HBM_OPENVINO_SERIES
                                          ", which cannot be loaded (" +
                                              std::string(reason != nullptr ? reason : "unknown reason") +
                                              "): pip install 'openvino==" HBM_OPENVINO_SERIES ".*'");
  }
  using Entry = const hbm_sim_engine_plugin* (*)(void);
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, HBM_SIM_ENGINE_PLUGIN_SYMBOL));
  const hbm_sim_engine_plugin* const plugin = entry != nullptr ? entry() : nullptr;
  if (plugin == nullptr || plugin->version != HBM_SIM_ENGINE_PLUGIN_VERSION) {
    throw StatusError(HB_UCP_INIT_FAILED, path + " belongs to another build of the simulator: install both again");
  }
  return *plugin;
}

}  // namespace

const hbm_sim_engine_plugin& openvino_plugin() {
  static std::mutex mutex;
  static const hbm_sim_engine_plugin* plugin = nullptr;
  const std::lock_guard lock(mutex);
  if (plugin == nullptr) {
    plugin = &open_plugin();
  }
  return *plugin;
}

}  // namespace hbm_sim
