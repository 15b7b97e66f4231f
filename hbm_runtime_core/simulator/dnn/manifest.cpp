// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "dnn/manifest_object.hpp"
#include "dnn/manifest_tensor.hpp"
#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

constexpr std::int64_t kSupportedVersion = 1;
constexpr std::size_t kMostModels = 256;
constexpr std::size_t kMostTensors = 1024;
constexpr std::int64_t kMostBpuCores = 64;
constexpr std::int64_t kLongestTimeUs = 3'600'000'000;  // An hour.

ModelSpec::Engine parse_engine(const ManifestObject& model) {
  const std::string engine = model.text("engine");
  if (engine == "timed") {
    return ModelSpec::Engine::kTimed;
  }
  if (engine == "openvino") {
    return ModelSpec::Engine::kOpenVino;
  }
  model.fail("engine", "expected \"openvino\" or \"timed\", got \"" + engine + "\"");
}

std::vector<TensorSpec> parse_tensors(const std::vector<ManifestObject>& objects, TensorRole role) {
  std::vector<TensorSpec> tensors;
  std::set<std::string> names;
  for (const ManifestObject& object : objects) {
    tensors.push_back(parse_tensor(object, role));
    if (!names.insert(tensors.back().name).second) {
      object.fail("name", "\"" + tensors.back().name + "\" occurs twice");
    }
  }
  return tensors;
}

ModelSpec parse_model(const ManifestObject& object) {
  ModelSpec model;
  model.name = object.text("name");
  if (model.name.empty()) {
    object.fail("name", "expected a name, got an empty string");
  }
  model.description = object.text("description", "");
  model.bpu_cores = static_cast<std::int32_t>(object.integer("bpu_cores", 1, kMostBpuCores, 1));
  model.engine = parse_engine(object);
  if (object.contains("timing")) {
    const ManifestObject timing = object.object("timing", {"latency_us", "max_time_per_fc_us"});
    model.latency_us = timing.integer("latency_us", 0, kLongestTimeUs, 0);
    model.max_time_per_fc_us = timing.integer("max_time_per_fc_us", 0, kLongestTimeUs, 0);
  }
  const std::vector<ManifestObject> inputs = object.objects(
      "inputs", 1, kMostTensors, {"name", "description", "dtype", "shape", "strides", "aligned_bytes", "quantization"});
  const std::vector<ManifestObject> outputs =
      object.objects("outputs", 1, kMostTensors,
                     {"name", "description", "dtype", "shape", "strides", "aligned_bytes", "quantization", "fill"});
  model.inputs = parse_tensors(inputs, TensorRole::kInput);
  model.outputs = parse_tensors(outputs, TensorRole::kOutput);
  if (model.engine == ModelSpec::Engine::kOpenVino) {
    const ManifestObject program = object.object("program", {"xml", "bin"});
    model.program_xml = program.text("xml");
    model.program_bin = program.text("bin");
  } else if (object.contains("program")) {
    object.fail("program", "belongs to the openvino engine, but the engine is timed");
  }
  for (std::size_t index = 0; index < outputs.size(); ++index) {
    if (model.engine == ModelSpec::Engine::kTimed) {
      parse_fill(outputs[index], model.inputs, model.outputs[index]);
    } else if (outputs[index].contains("fill")) {
      outputs[index].fail("fill", "belongs to the timed engine, but the engine is openvino");
    }
  }
  return model;
}

}  // namespace

Manifest parse_manifest(const std::string& text) {
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw StatusError(HB_UCP_MODEL_INVALID, std::string("manifest.json is not JSON: ") + error.what());
  }
  const ManifestObject root(json, "manifest", {"format", "version", "description", "soc", "created_by", "models"});
  if (root.text("format") != "hbm-sim") {
    root.fail("format", "expected \"hbm-sim\", got \"" + root.text("format") + "\"");
  }
  if (root.integer("version", 1, INT32_MAX) != kSupportedVersion) {
    root.fail("version", "this simulator reads version " + std::to_string(kSupportedVersion) + ", got " +
                             std::to_string(root.integer("version", 1, INT32_MAX)) +
                             ": the file is newer; update hbm_runtime_core");
  }
  Manifest manifest;
  manifest.description = root.text("description", "");
  root.text("created_by", "");
  manifest.soc = root.text("soc", "any");
  const auto socs = {"any", "s100", "s100p", "s600"};
  if (std::none_of(socs.begin(), socs.end(), [&](const char* soc) { return manifest.soc == soc; })) {
    root.fail("soc", "expected any, s100, s100p or s600, got \"" + manifest.soc + "\"");
  }
  std::set<std::string> names;
  for (const ManifestObject& object :
       root.objects("models", 1, kMostModels,
                    {"name", "description", "bpu_cores", "engine", "program", "timing", "inputs", "outputs"})) {
    manifest.models.push_back(parse_model(object));
    if (!names.insert(manifest.models.back().name).second) {
      object.fail("name", "\"" + manifest.models.back().name + "\" occurs twice");
    }
  }
  return manifest;
}

}  // namespace hbm_sim
