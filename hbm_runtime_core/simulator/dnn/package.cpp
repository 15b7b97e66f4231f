// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/package.hpp"

#include <new>

#include "dnn/manifest.hpp"
#include "dnn/openvino_engine.hpp"
#include "dnn/status_error.hpp"
#include "dnn/timed_engine.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr const char* kManifestName = "manifest.json";
constexpr std::size_t kLargestManifestBytes = std::size_t{64} << 20;

void require_device(const Manifest& manifest) {
  const std::string soc = hbm_sim_soc();
  if (manifest.soc != "any" && manifest.soc != soc) {
    throw StatusError(HB_UCP_MODEL_INCOMPATIBLE, "packed for " + manifest.soc + ", but the simulated device is " + soc +
                                                     ": set HBM_SIM_SOC=" + manifest.soc + ", or pack it with --soc " +
                                                     soc + " or --soc any");
  }
  for (const ModelSpec& model : manifest.models) {
    if (model.bpu_cores > hbm_sim_core_count()) {
      throw StatusError(HB_UCP_MODEL_INCOMPATIBLE, "model '" + model.name + "' needs " +
                                                       std::to_string(model.bpu_cores) + " BPU cores, but " + soc +
                                                       " has " + std::to_string(hbm_sim_core_count()) +
                                                       ": set HBM_SIM_SOC=s600, which has 4");
    }
  }
}

std::unique_ptr<Engine> make_engine(const ModelSpec& model, const ZipArchive& archive) {
  if (model.engine == ModelSpec::Engine::kOpenVino) {
    return make_openvino_engine(model, archive);
  }
  return std::make_unique<TimedEngine>(model, archive);
}

}  // namespace

void Package::add_file(const std::string& path) {
  add("model file '" + path + "'", [&path] { return ZipArchive(path); });
}

void Package::add_data(const std::string& label, const void* data, std::uint64_t bytes) {
  add(label, [data, bytes] { return ZipArchive(data, bytes); });
}

template <typename Open>
void Package::add(const std::string& label, const Open& open) {
  try {
    const ZipArchive archive = open();
    read(label, archive);
  } catch (const StatusError& error) {
    throw StatusError(error.status(), error.what() + ("; in " + label));
  } catch (const std::bad_alloc&) {
    throw StatusError(HB_UCP_MEM_ALLOC_FAIL, "the host has not enough memory to load the models; in " + label);
  }
}

void Package::read(const std::string& label, const ZipArchive& archive) {
  if (!archive.contains(kManifestName)) {
    throw StatusError(HB_UCP_MODEL_INVALID, "expected a simulated model file, got a zip archive without manifest.json");
  }
  Manifest manifest = parse_manifest(archive.read_text(kManifestName, kLargestManifestBytes));
  require_device(manifest);
  for (ModelSpec& model : manifest.models) {
    for (std::size_t index = 0; index < models_.size(); ++index) {
      if (models_[index]->spec().name == model.name) {
        throw StatusError(HB_UCP_MODEL_INVALID,
                          "duplicate model name '" + model.name + "', which is also in " + labels_[index] +
                              ": load the files in separate calls, or pack one of them again with "
                              "--name");
      }
    }
    try {
      std::unique_ptr<Engine> engine = make_engine(model, archive);
      models_.push_back(std::make_unique<Model>(std::move(model), std::move(engine)));
    } catch (const StatusError& error) {
      throw StatusError(error.status(), "model '" + model.name + "': " + error.what());
    }
    labels_.push_back(label);
    names_.push_back(models_.back()->spec().name.c_str());
  }
  file_descriptions_.push_back(std::move(manifest.description));
}

}  // namespace hbm_sim
