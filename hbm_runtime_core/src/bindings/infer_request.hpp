// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>

#include "bindings/call_arguments.hpp"
#include "bindings/made_by_init.hpp"
#include "bindings/runtime_object.hpp"
#include "bindings/typed.hpp"
#include "runtime/pending_call.hpp"

namespace hbm {

/// Inputs of one model in device memory, filled in place by the caller, and one task at a time that reads them.
class InferRequest : public MadeByInit<InferRequest> {
 public:
  static constexpr const char* kNotMade = "an InferRequest is made by HB_HBMRuntime.create_request()";

  InferRequest(pybind11::object runtime, const Model& model, std::vector<InputBuffer> buffers);
  ~InferRequest();
  InferRequest(const InferRequest&) = delete;
  InferRequest& operator=(const InferRequest&) = delete;

  const Model& model() const { return *model_; }
  const RuntimeObject& runtime() const { return pybind11::cast<const RuntimeObject&>(runtime_); }
  const pybind11::object& inputs() const { return inputs_; }
  const std::vector<InputBuffer>& buffers() const { return buffers_; }
  /// Throws StateError in a forked process, whose copy of the request is never answered.
  PendingCall& pending() const;
  PythonCall& call() const { return *call_; }
  CallTiming timing;

 private:
  // Keeps the models' names; the models themselves are kept by the set.
  pybind11::object runtime_;
  std::shared_ptr<const ModelSet> set_;
  const Model* model_;
  std::vector<InputBuffer> buffers_;
  pybind11::object inputs_;
  std::shared_ptr<PythonCall> call_;
  std::shared_ptr<PendingCall> pending_;
};

/// HB_HBMRuntime.create_request
std::unique_ptr<InferRequest> create_request(const pybind11::object& runtime, const TextOrNone& model_name,
                                             const IntsByName& shapes);

void define_infer_request(pybind11::module_& module);

}  // namespace hbm
