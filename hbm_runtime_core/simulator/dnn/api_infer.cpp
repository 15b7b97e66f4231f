// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>

#include "dnn/api_guard.hpp"
#include "dnn/handle_table.hpp"
#include "dnn/inference_job.hpp"
#include "dnn/tensor_check.hpp"
#include "hobot/dnn/hb_dnn.h"
#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

/// A job that goes back to its model unless a task has taken it over.
class BorrowedJob {
 public:
  explicit BorrowedJob(InferenceJob& job) : job_(&job) {}
  ~BorrowedJob() {
    if (job_ != nullptr) {
      job_->recycle();
    }
  }
  BorrowedJob(const BorrowedJob&) = delete;
  BorrowedJob& operator=(const BorrowedJob&) = delete;

  InferenceJob* operator->() const noexcept { return job_; }
  InferenceJob* get() const noexcept { return job_; }
  void taken_over() noexcept { job_ = nullptr; }

 private:
  InferenceJob* job_;
};

/// Throws StatusError for a model of several cores: the synchronous form names no cores.
void require_single_core(const Model& model) {
  if (model.spec().bpu_cores > 1) {
    throw StatusError(HB_UCP_API_USE_ERROR, "model '" + model.spec().name + "' was compiled for " +
                                                std::to_string(model.spec().bpu_cores) +
                                                " BPU cores and cannot run in the synchronous form, which names no "
                                                "cores: pass a task handle and submit it with a mask");
  }
}

std::int32_t infer(hbUCPTaskHandle_t* task, const hbDNNTensor* outputs, const hbDNNTensor* inputs, ModelLease lease) {
  Model& model = *lease.model();
  require_pointer(outputs, "output");
  require_pointer(inputs, "input");
  if (task == nullptr) {
    require_single_core(model);
  }
  check_tensors(model, inputs, outputs);
  BorrowedJob job(model.take_job());
  job->bind(inputs, outputs, std::move(lease));
  if (task == nullptr) {
    return hbm_sim_run_now(job.get());
  }
  const std::int32_t status = hbm_sim_task_add(task, job.get());
  if (status == HB_UCP_SUCCESS) {
    job.taken_over();
  }
  return status;
}

}  // namespace
}  // namespace hbm_sim

extern "C" {

std::int32_t hbDNNInferV2(hbUCPTaskHandle_t* taskHandle, hbDNNTensor* output, hbDNNTensor const* input,
                          hbDNNHandle_t dnnHandle) {
  hbm_sim::ModelLease lease = hbm_sim::HandleTable::instance().lease(dnnHandle);
  const hbm_sim::Model* const model = lease.model();
  if (const std::int32_t status = hbm_sim_enter(__func__, model != nullptr ? model->traits().model : nullptr)) {
    return status;
  }
  return hbm_sim::guarded(__func__, [&] {
    if (model == nullptr) {
      throw hbm_sim::StatusError(HB_UCP_INVALID_ARGUMENT, "dnnHandle is no handle of a loaded model, or was released");
    }
    return hbm_sim::infer(taskHandle, output, input, std::move(lease));
  });
}

std::int32_t hbDNNGetTaskOutputTensorProperties(hbDNNTensorProperties* properties, hbUCPTaskHandle_t taskHandle,
                                                std::int32_t subTaskIndex, std::int32_t outputIndex) {
  if (const std::int32_t status = hbm_sim_enter(__func__, nullptr)) {
    return status;
  }
  return hbm_sim::guarded(__func__, [&] {
    hbm_sim::require_pointer(properties, "properties");
    hbm_sim::Job* job = nullptr;
    if (const std::int32_t status = hbm_sim_task_job(taskHandle, subTaskIndex, &job)) {
      return status;
    }
    // This library is the only one that makes jobs.
    const auto& outputs = static_cast<hbm_sim::InferenceJob*>(job)->outputs();
    hbm_sim::require_index(outputIndex, outputs.size(), "output index");
    *properties = outputs[static_cast<std::size_t>(outputIndex)].properties;
    return std::int32_t{HB_UCP_SUCCESS};
  });
}
}
