// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "dnn/engine.hpp"
#include "dnn/manifest.hpp"
#include "dnn/typed_value.hpp"
#include "dnn/zip_archive.hpp"

namespace hbm_sim {

/// Computes nothing: writes what the manifest's "fill" describes. The device takes the time that the manifest declares.
class TimedEngine final : public Engine {
 public:
  /// Reads recorded outputs from `archive`. Throws StatusError where they do not fit the outputs.
  TimedEngine(const ModelSpec& model, const ZipArchive& archive);

  void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) override;

 private:
  struct Output {
    Fill fill;
    UnitBytes unit{};  ///< Of a constant.
    /// Dense noise, made by the first inference, because the memory for a size that a manifest claims may not exist.
    std::vector<unsigned char> noise;
    std::once_flag noise_made;
    std::vector<unsigned char> recording;  ///< Of a file: dense outputs, run by run.
  };

  std::atomic<std::uint64_t> run_count_{0};
  std::deque<Output> outputs_;  ///< Not a vector: a once_flag cannot move.
};

}  // namespace hbm_sim
