// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"

namespace hbm_sim {

/// What the timed engine writes to an output.
struct Fill {
  enum class Kind { kZeros, kNoise, kConstant, kCopy, kFile };
  Kind kind = Kind::kZeros;
  std::uint64_t seed = 0;
  double value = 0.0;
  std::size_t input_index = 0;
  std::string data;       ///< Member of the model file that holds recorded outputs, row by row without padding.
  std::int64_t runs = 0;  ///< Number of runs that were recorded.
};

/// One input or output. The pointers in `properties.scale` are set by Model, which owns the arrays at their final
/// place.
struct TensorSpec {
  std::string name;
  std::string description;
  hbDNNTensorProperties properties{};
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  Fill fill;
};

struct ModelSpec {
  enum class Engine { kTimed, kOpenVino };
  std::string name;
  std::string description;
  std::int32_t bpu_cores = 1;
  Engine engine = Engine::kTimed;
  std::string program_xml;
  std::string program_bin;
  std::int64_t latency_us = 0;
  std::int64_t max_time_per_fc_us = 0;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
};

/// The `manifest.json` of a simulated model file.
struct Manifest {
  std::string description;
  std::string soc;
  std::vector<ModelSpec> models;
};

/// Reads and checks a manifest. Throws StatusError that names the entry at fault.
Manifest parse_manifest(const std::string& text);

}  // namespace hbm_sim
