// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "dnn/manifest_object.hpp"
#include "dnn/manifest_tensor.hpp"
#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"
#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

constexpr std::int64_t kSupportedVersion = 1;
constexpr std::size_t kMostModels = 256;
constexpr std::size_t kMostTensors = 1024;
// A parsed value takes up to some hundred bytes, its text as few as two.
constexpr std::size_t kMostValues = std::size_t{1} << 20;
constexpr std::int64_t kLongestTimeUs = 3'600'000'000;  // An hour.

/// Every value but the first follows a comma or an opening bracket. Those in texts are counted, too.
void require_few_values(const std::string& text) {
  const auto is_before_value = [](char letter) { return letter == ',' || letter == '[' || letter == '{'; };
  const auto count = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_before_value));
  if (count > kMostValues) {
    throw StatusError(HB_UCP_MODEL_INVALID, "manifest.json has " + std::to_string(count) +
                                                " commas and opening brackets, expected at most " +
                                                std::to_string(kMostValues));
  }
}

/// The document, without duplicate members: the parser alone would silently keep the last of them.
nlohmann::json parse_json(const std::string& text) {
  require_few_values(text);
  std::vector<std::set<std::string>> open_objects;
  const auto check = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::object_start) {
      open_objects.emplace_back();
    } else if (event == nlohmann::json::parse_event_t::object_end) {
      open_objects.pop_back();
    } else if (event == nlohmann::json::parse_event_t::key &&
               !open_objects.back().insert(value.get<std::string>()).second) {
      throw StatusError(HB_UCP_MODEL_INVALID, "manifest.json: duplicate field \"" + value.get<std::string>() + "\"");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    throw StatusError(HB_UCP_MODEL_INVALID, std::string("manifest.json is not JSON: ") + error.what());
  }
}

/// The recordings of a model must have the same length, because each run uses the same position of all of them.
void require_equal_runs(const std::vector<ManifestObject>& outputs, const std::vector<TensorSpec>& tensors) {
  const Fill* longest = nullptr;
  for (std::size_t index = 0; index < tensors.size(); ++index) {
    const Fill& fill = tensors[index].fill;
    if (fill.kind != Fill::Kind::kFile || fill.runs == 1) {
      continue;
    }
    if (longest != nullptr && fill.runs != longest->runs) {
      outputs[index].fail("fill", "has " + std::to_string(fill.runs) + " recorded runs, another output has " +
                                      std::to_string(longest->runs) + ": expected 1, or the same for all");
    }
    longest = &fill;
  }
}

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
      object.fail("name", "duplicate name \"" + tensors.back().name + "\"");
    }
  }
  return tensors;
}

ModelSpec parse_model(const ManifestObject& object, std::int64_t most_bpu_cores) {
  ModelSpec model;
  model.name = object.name("name");
  model.description = object.text("description", "");
  model.bpu_cores = static_cast<std::int32_t>(object.integer("bpu_cores", 1, most_bpu_cores, 1));
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
    model.program_xml = program.name("xml");
    model.program_bin = program.name("bin");
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
  require_equal_runs(outputs, model.outputs);
  return model;
}

}  // namespace

Manifest parse_manifest(const std::string& text) {
  const nlohmann::json json = parse_json(text);
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
  const std::int32_t most_bpu_cores = hbm_sim_core_count_of(manifest.soc.c_str());
  if (most_bpu_cores == 0) {
    root.fail("soc", "expected any, s100, s100p or s600, got \"" + manifest.soc + "\"");
  }
  std::set<std::string> names;
  for (const ManifestObject& object :
       root.objects("models", 1, kMostModels,
                    {"name", "description", "bpu_cores", "engine", "program", "timing", "inputs", "outputs"})) {
    manifest.models.push_back(parse_model(object, most_bpu_cores));
    if (!names.insert(manifest.models.back().name).second) {
      object.fail("name", "duplicate name \"" + manifest.models.back().name + "\"");
    }
  }
  return manifest;
}

}  // namespace hbm_sim
