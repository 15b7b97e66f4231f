// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/inference_job.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {

InferenceJob::InferenceJob(Model& model)
    : model_(model), inputs_(model.inputs().size()), outputs_(model.outputs().size()) {}

void InferenceJob::bind(const hbDNNTensor* inputs, const hbDNNTensor* outputs, ModelLease lease) {
  std::copy_n(inputs, inputs_.size(), inputs_.begin());
  for (std::size_t index = 0; index < outputs_.size(); ++index) {
    // Of an output the caller chooses only the memory; its other fields are ignored.
    outputs_[index].sysMem = outputs[index].sysMem;
    outputs_[index].properties = model_.outputs()[index].properties;
  }
  lease_ = std::move(lease);
}

std::int32_t InferenceJob::execute(std::int32_t /*core*/) noexcept {
  try {
    model_.engine().execute(inputs_.data(), outputs_.data());
    return HB_UCP_SUCCESS;
  } catch (const StatusError& error) {
    return hbm_sim_fail(error.status(), "model '%s': %s", traits().model, error.what());
  } catch (const std::bad_alloc&) {
    return hbm_sim_fail(HB_UCP_MEM_ALLOC_FAIL, "model '%s': the host is out of memory", traits().model);
  } catch (const std::exception& error) {
    return hbm_sim_fail(HB_UCP_TASK_RUN_FAILED, "model '%s': %s", traits().model, error.what());
  } catch (...) {
    return hbm_sim_fail(HB_UCP_TASK_RUN_FAILED, "model '%s': the engine failed without a reason", traits().model);
  }
}

void InferenceJob::recycle() noexcept {
  // The lease is dropped last: without it another thread may release the model, and this job with it.
  const ModelLease lease = std::move(lease_);
  model_.give_back(*this);
}

}  // namespace hbm_sim
