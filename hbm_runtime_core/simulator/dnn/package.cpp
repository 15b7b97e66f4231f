// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/package.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "dnn/manifest.hpp"
#include "dnn/openvino_engine.hpp"
#include "dnn/status_error.hpp"
#include "dnn/timed_engine.hpp"
#include "dnn/zip_archive.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr const char* kManifestName = "manifest.json";
constexpr std::size_t kLargestManifestBytes = std::size_t{64} << 20;

/// Says what a file is that is no simulated model file.
void require_zip(const ByteSource& source) {
  if (source.size() == 0) {
    throw StatusError(HB_UCP_MODEL_INVALID, "is empty");
  }
  unsigned char magic[4] = {};
  source.read(0, magic, static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), sizeof magic)));
  if (std::memcmp(magic,
                  "\x7f"
                  "ELF",
                  sizeof magic) == 0) {
    throw StatusError(HB_UCP_MODEL_INVALID,
                      "is an ELF file: a model compiled for the BPU, which runs on the board only. "
                      "For the simulator, pack the network it was compiled from (ONNX or another "
                      "format that OpenVINO reads) with `hbm pack`");
  }
  // An archive without members starts with its end record.
  if (std::memcmp(magic, "PK\3\4", sizeof magic) != 0 && std::memcmp(magic, "PK\5\6", sizeof magic) != 0) {
    throw StatusError(HB_UCP_MODEL_INVALID,
                      "is no simulated model file: it is not a zip archive. `hbm pack` makes one "
                      "from a network");
  }
}

void require_device(const Manifest& manifest) {
  const std::string soc = hbm_sim_soc();
  if (manifest.soc != "any" && manifest.soc != soc) {
    throw StatusError(HB_UCP_MODEL_INCOMPATIBLE, "was packed for " + manifest.soc + ", the simulated device is " + soc +
                                                     ": pack it for " + soc +
                                                     " or any, or set HBM_SIM_SOC=" + manifest.soc);
  }
  for (const ModelSpec& model : manifest.models) {
    if (model.bpu_cores > hbm_sim_core_count()) {
      throw StatusError(HB_UCP_MODEL_INCOMPATIBLE, "model '" + model.name + "' needs " +
                                                       std::to_string(model.bpu_cores) + " BPU cores, " + soc +
                                                       " has " + std::to_string(hbm_sim_core_count()));
    }
  }
}

std::unique_ptr<Engine> make_engine(const ModelSpec& model, const ZipArchive& archive) {
  if (model.engine == ModelSpec::Engine::kOpenVino) {
    return make_openvino_engine(model, archive);
  }
  return std::make_unique<TimedEngine>(model);
}

}  // namespace

void Package::add(const std::string& label, const ByteSource& source) {
  try {
    read(label, source);
  } catch (const StatusError& error) {
    throw StatusError(error.status(), label + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw StatusError(HB_UCP_MEM_ALLOC_FAIL, label + ": there is not enough memory to load it");
  }
}

void Package::read(const std::string& label, const ByteSource& source) {
  require_zip(source);
  const ZipArchive archive(source);
  if (!archive.contains(kManifestName)) {
    throw StatusError(HB_UCP_MODEL_INVALID, "is a zip archive, but no simulated model file: manifest.json is missing");
  }
  Manifest manifest = parse_manifest(archive.read_text(kManifestName, kLargestManifestBytes));
  require_device(manifest);
  for (ModelSpec& model : manifest.models) {
    for (std::size_t index = 0; index < models_.size(); ++index) {
      if (models_[index]->spec().name == model.name) {
        throw StatusError(HB_UCP_MODEL_INVALID, "model '" + model.name + "' is also in " + labels_[index] +
                                                    ": names must be unique among the files of one load call");
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
