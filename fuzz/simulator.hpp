// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The simulator as targets use it: through the C API, without threads, time or log.
#pragma once

#include <zlib.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"
#include "hobot/hb_ucp.h"
#include "target.hpp"

namespace hbm_fuzz {

/// Before the first call of the C API. HBM_SIM_EXECUTION=queued in the environment brings the simulator's threads back.
inline void prepare_simulator() {
  static const bool once = [] {
    setenv("HBM_SIM_EXECUTION", "inline", 0);
    setenv("HB_UCP_LOG_LEVEL", "6", 1);
    setenv("HBM_SIM_SOC", "s600", 1);
    return true;
  }();
  static_cast<void>(once);
}

inline std::uint32_t checksum_of(const std::uint8_t* data, std::size_t size_bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, data, size_bytes));
}

/// A zip archive of one member that is not compressed.
inline std::string stored_zip(const std::string& name, const std::string& content) {
  const auto put = [](std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      out += static_cast<char>(i < 8 ? value >> 8 * i & 0xff : 0);
    }
  };
  // What the local header and the directory have in common.
  std::string common;
  put(common, 20, 2);
  put(common, 0, 2 + 2 + 4);
  put(common, checksum_of(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()), 4);
  put(common, content.size(), 4);
  put(common, content.size(), 4);
  put(common, name.size(), 2);
  put(common, 0, 2);
  std::string archive = "PK\3\4" + common + name + content;
  const std::size_t directory = archive.size();
  archive += "PK\1\2";
  put(archive, 20, 2);
  archive += common;
  put(archive, 0, 2 + 2 + 2 + 4 + 4);
  archive += name;
  const std::size_t directory_bytes = archive.size() - directory;
  archive += "PK\5\6";
  put(archive, 0, 4);
  put(archive, 1, 2);
  put(archive, 1, 2);
  put(archive, directory_bytes, 4);
  put(archive, directory, 4);
  put(archive, 0, 2);
  return archive;
}

/// Device memory of a tensor for as long as this lives.
class TensorMemory {
 public:
  explicit TensorMemory(hbDNNTensor& tensor, std::uint64_t bytes) : tensor_(tensor) {
    if (hbUCPMallocCached(&tensor.sysMem, bytes, 0) != 0) {
      tensor.sysMem = {};
    }
  }
  TensorMemory(TensorMemory&& other) noexcept = default;
  ~TensorMemory() {
    if (tensor_.sysMem.virAddr != nullptr) {
      hbUCPFree(&tensor_.sysMem);
    }
  }

 private:
  hbDNNTensor& tensor_;
};

/// Fills in what a model leaves to its caller, with the smallest numbers.
inline void settle(hbDNNTensorProperties& properties) {
  constexpr std::int64_t kAlignment = 64;
  static constexpr std::int64_t kItemBytes[] = {1, 1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 1};
  std::int64_t inner = kItemBytes[properties.tensorType];
  for (int i = properties.validShape.numDimensions - 1; i >= 0; --i) {
    std::int32_t& length = properties.validShape.dimensionSize[i];
    length = length < 0 ? 2 : length;
    std::int64_t& stride = properties.stride[i];
    if (stride < 0) {
      const bool innermost = i + 1 == properties.validShape.numDimensions;
      stride = innermost ? inner : (inner + kAlignment - 1) / kAlignment * kAlignment;
    }
    inner = std::min(stride * std::min(length, 1 << 16), std::int64_t{1} << 40);
  }
  if (properties.alignedByteSize < 0) {
    properties.alignedByteSize = std::max<std::int64_t>(inner, 1);
  }
}

/// Runs a model once, if its tensors are small.
inline void run_once(hbDNNHandle_t model) {
  constexpr std::int64_t kSmallBytes = 1 << 16;
  constexpr std::int32_t kFew = 8;
  std::int32_t counts[2] = {};
  hbDNNGetInputCount(&counts[0], model);
  hbDNNGetOutputCount(&counts[1], model);
  if (counts[0] > kFew || counts[1] > kFew) {
    return;
  }
  std::vector<hbDNNTensor> tensors[2];
  std::vector<TensorMemory> memory;
  for (int side = 0; side < 2; ++side) {
    tensors[side].resize(static_cast<std::size_t>(counts[side]));
  }
  for (int side = 0; side < 2; ++side) {
    for (std::int32_t i = 0; i < counts[side]; ++i) {
      hbDNNTensor& tensor = tensors[side][static_cast<std::size_t>(i)];
      const auto query = side == 0 ? hbDNNGetInputTensorProperties : hbDNNGetOutputTensorProperties;
      require(query(&tensor.properties, model, i) == 0);
      hbDNNTensorProperties settled = tensor.properties;
      settle(settled);
      if (settled.alignedByteSize > kSmallBytes) {
        return;
      }
      if (side == 0) {
        tensor.properties = settled;
      }
      memory.emplace_back(tensor, static_cast<std::uint64_t>(settled.alignedByteSize));
    }
  }
  hbUCPTaskHandle_t task = nullptr;
  if (hbDNNInferV2(&task, tensors[1].data(), tensors[0].data(), model) != 0) {
    return;
  }
  hbUCPSchedParam parameters;
  HB_UCP_INITIALIZE_SCHED_PARAM(&parameters);
  std::int32_t cores = 1;
  hbDNNGetCompileBpuCoreNum(&cores, model);
  parameters.backend = cores == 1 ? HB_UCP_BPU_CORE_ANY : (1ULL << cores) - 1;
  if (hbUCPSubmitTask(task, &parameters) == 0) {
    hbUCPWaitTaskDone(task, 0);
    hbDNNTensorProperties written;
    hbDNNGetTaskOutputTensorProperties(&written, task, 0, 0);
  }
  hbUCPReleaseTask(task);
}

/// Loads a model file as a program does that only then learns what is in it, and reads all that it says.
inline void use_model_file(const void* data, std::size_t size_bytes) {
  prepare_simulator();
  hbDNNPackedHandle_t package = nullptr;
  auto length = static_cast<std::int32_t>(size_bytes);
  if (hbDNNInitializeFromDDR(&package, &data, &length, 1) != 0) {
    return;
  }
  const char** names = nullptr;
  std::int32_t count = 0;
  require(hbDNNGetModelNameList(&names, &count, package) == 0 && count > 0);
  for (std::int32_t i = 0; i < count; ++i) {
    hbDNNHandle_t model = nullptr;
    require(hbDNNGetModelHandle(&model, package, names[i]) == 0);
    const char* text = nullptr;
    std::uint32_t text_bytes = 0;
    std::int32_t type = 0;
    require(hbDNNGetModelDesc(&text, &text_bytes, &type, model) == 0 && std::strlen(text) == text_bytes);
    run_once(model);
  }
  require(hbDNNRelease(package) == 0);
}

}  // namespace hbm_fuzz
