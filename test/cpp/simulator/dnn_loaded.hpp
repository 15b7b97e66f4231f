// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"
#include "ucp/job.hpp"

namespace hbm_sim_test {

/// Model files loaded from memory, released with this object.
class Loaded {
 public:
  explicit Loaded(const std::vector<std::string>& files) {
    std::vector<const void*> data;
    std::vector<std::int32_t> lengths;
    for (const std::string& file : files) {
      data.push_back(file.data());
      lengths.push_back(static_cast<std::int32_t>(file.size()));
    }
    status = hbDNNInitializeFromDDR(&package, data.data(), lengths.data(), static_cast<std::int32_t>(files.size()));
  }
  explicit Loaded(const std::string& file) : Loaded(std::vector<std::string>{file}) {}
  ~Loaded() {
    if (package != nullptr) {
      hbDNNRelease(package);
    }
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  std::vector<std::string> names() const {
    const char** list = nullptr;
    std::int32_t count = 0;
    EXPECT_EQ(hbDNNGetModelNameList(&list, &count, package), HB_UCP_SUCCESS);
    return {list, list + count};
  }

  hbDNNHandle_t model(const char* name) const {
    hbDNNHandle_t handle = nullptr;
    EXPECT_EQ(hbDNNGetModelHandle(&handle, package, name), HB_UCP_SUCCESS) << hbm_sim_last_error();
    return handle;
  }
  hbDNNHandle_t model() const { return model(names().front().c_str()); }

  hbDNNPackedHandle_t package = nullptr;
  std::int32_t status = HB_UCP_SUCCESS;
};

/// A tensor as the model describes it, with device memory of its own that is zero at first.
class DeviceTensor {
 public:
  DeviceTensor(const hbDNNTensorProperties& properties, std::uint64_t bytes) {
    tensor.properties = properties;
    EXPECT_EQ(hbUCPMallocCached(&tensor.sysMem, bytes, 0), HB_UCP_SUCCESS);
    base_ = tensor.sysMem;
    std::fill_n(data<unsigned char>(), bytes, static_cast<unsigned char>(0));
  }
  ~DeviceTensor() { hbUCPFree(&base_); }
  DeviceTensor(const DeviceTensor&) = delete;
  DeviceTensor& operator=(const DeviceTensor&) = delete;

  template <typename Value>
  Value* data() {
    return static_cast<Value*>(tensor.sysMem.virAddr);
  }

  hbDNNTensor tensor{};

 private:
  hbUCPSysMem base_{};
};

inline hbDNNTensorProperties input_properties(hbDNNHandle_t model, std::int32_t index = 0) {
  hbDNNTensorProperties properties{};
  EXPECT_EQ(hbDNNGetInputTensorProperties(&properties, model, index), HB_UCP_SUCCESS);
  return properties;
}

inline hbDNNTensorProperties output_properties(hbDNNHandle_t model, std::int32_t index = 0) {
  hbDNNTensorProperties properties{};
  EXPECT_EQ(hbDNNGetOutputTensorProperties(&properties, model, index), HB_UCP_SUCCESS);
  return properties;
}

/// Submits with default scheduling to any core, waits and returns what the wait returned. The task is not released.
inline std::int32_t submit_and_wait(hbUCPTaskHandle_t task) {
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  const std::int32_t status = hbUCPSubmitTask(task, &sched);
  return status != HB_UCP_SUCCESS ? status : hbUCPWaitTaskDone(task, 0);
}

/// One whole inference; the first code that is not 0.
inline std::int32_t infer(hbDNNHandle_t model, const hbDNNTensor* inputs, hbDNNTensor* outputs) {
  hbUCPTaskHandle_t task = nullptr;
  std::int32_t status = hbDNNInferV2(&task, outputs, inputs, model);
  if (status == HB_UCP_SUCCESS) {
    status = submit_and_wait(task);
  }
  if (task != nullptr) {
    EXPECT_EQ(hbUCPReleaseTask(task), HB_UCP_SUCCESS);
  }
  return status;
}

/// EXPECTs that the last failure of this thread says something.
inline void expect_error_says(const std::string& part) {
  EXPECT_NE(std::string(hbm_sim_last_error()).find(part), std::string::npos)
      << "expected \"" << part << "\" in \"" << hbm_sim_last_error() << "\"";
}

}  // namespace hbm_sim_test
