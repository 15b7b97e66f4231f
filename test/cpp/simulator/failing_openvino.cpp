// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The functions of OpenVINO that the engine calls, which fail where a test asks for it. Those of a program take the
// place of those in its libraries.
#include "failing_openvino.hpp"

#include <dlfcn.h>

#include <istream>
#include <map>
#include <mutex>
#include <new>
#include <openvino/runtime/core.hpp>
#include <ostream>
#include <set>

namespace hbm_sim_test {
namespace {

struct State {
  std::mutex mutex;
  int calls_before_failure = -1;
  Failure failure = Failure::kException;
  std::string failed;
  std::map<std::string, int> calls;
  std::set<const void*> failed_requests;
  int calls_of_failed_requests = 0;
};

State& state() {
  static auto* const instance = new State;
  return *instance;
}

/// Counts a call, and throws where it is the one that is to fail.
void enter(const char* function, const void* request = nullptr) {
  Failure failure;
  {
    State& now = state();
    const std::lock_guard lock(now.mutex);
    ++now.calls[function];
    now.calls_of_failed_requests += static_cast<int>(now.failed_requests.count(request));
    if (now.calls_before_failure < 0 || now.calls_before_failure-- > 0) {
      return;
    }
    now.failed = function;
    failure = now.failure;
    if (request != nullptr) {
      now.failed_requests.insert(request);
    }
  }
  switch (failure) {
    case Failure::kException:
      OPENVINO_THROW("made to fail by a test");
    case Failure::kOutOfMemory:
      throw std::bad_alloc();
    case Failure::kPluginOutOfMemory:
      OPENVINO_THROW(std::bad_alloc().what());
    case Failure::kUnknown:
      throw 1;
  }
}

/// The library's version of the function that calls this one; the object of a method is its first parameter.
template <typename Function>
__attribute__((noinline)) Function* next() {
  Dl_info caller{};
  dladdr(__builtin_return_address(0), &caller);
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, caller.dli_sname));
}

}  // namespace

void fail_openvino(int position, Failure failure) {
  const std::lock_guard lock(state().mutex);
  state().calls_before_failure = position;
  state().failure = failure;
  state().failed.clear();
}

std::string fail_openvino_no_more() {
  const std::lock_guard lock(state().mutex);
  state().calls_before_failure = -1;
  return state().failed;
}

int openvino_calls(const std::string& function) {
  const std::lock_guard lock(state().mutex);
  return state().calls[function];
}

int calls_of_failed_requests() {
  const std::lock_guard lock(state().mutex);
  return state().calls_of_failed_requests;
}

}  // namespace hbm_sim_test

namespace ov {

using hbm_sim_test::enter;
using hbm_sim_test::next;

Core::Core(const std::string& xml_config_file) {
  enter("Core");
  static auto* const original = next<void(Core*, const std::string&)>();
  original(this, xml_config_file);
}

Any Core::get_property(const std::string& device_name, const std::string& name, const AnyMap& arguments) const {
  enter("get_property");
  static auto* const original = next<Any(const Core*, const std::string&, const std::string&, const AnyMap&)>();
  return original(this, device_name, name, arguments);
}

std::shared_ptr<Model> Core::read_model(const std::string& model, const Tensor& weights) const {
  enter("read_model");
  static auto* const original = next<std::shared_ptr<Model>(const Core*, const std::string&, const Tensor&)>();
  return original(this, model, weights);
}

CompiledModel Core::compile_model(const std::shared_ptr<const Model>& model, const std::string& device_name,
                                  const AnyMap& properties) {
  enter("compile_model");
  static auto* const original =
      next<CompiledModel(Core*, const std::shared_ptr<const Model>&, const std::string&, const AnyMap&)>();
  return original(this, model, device_name, properties);
}

CompiledModel Core::import_model(std::istream& model_stream, const std::string& device_name, const AnyMap& properties) {
  enter("import_model");
  static auto* const original = next<CompiledModel(Core*, std::istream&, const std::string&, const AnyMap&)>();
  return original(this, model_stream, device_name, properties);
}

void CompiledModel::export_model(std::ostream& model_stream) {
  enter("export_model");
  static auto* const original = next<void(CompiledModel*, std::ostream&)>();
  original(this, model_stream);
}

InferRequest CompiledModel::create_infer_request() {
  enter("create_infer_request");
  static auto* const original = next<InferRequest(CompiledModel*)>();
  InferRequest request = original(this);
  // The caller gets it in this place, where one that failed may have been.
  const std::lock_guard lock(hbm_sim_test::state().mutex);
  hbm_sim_test::state().failed_requests.erase(&request);
  return request;
}

void InferRequest::set_input_tensor(std::size_t index, const Tensor& tensor) {
  enter("set_input_tensor", this);
  static auto* const original = next<void(InferRequest*, std::size_t, const Tensor&)>();
  original(this, index, tensor);
}

void InferRequest::set_output_tensor(std::size_t index, const Tensor& tensor) {
  enter("set_output_tensor", this);
  static auto* const original = next<void(InferRequest*, std::size_t, const Tensor&)>();
  original(this, index, tensor);
}

void InferRequest::infer() {
  enter("infer", this);
  static auto* const original = next<void(InferRequest*)>();
  original(this);
}

Tensor InferRequest::get_output_tensor(std::size_t index) {
  enter("get_output_tensor", this);
  static auto* const original = next<Tensor(InferRequest*, std::size_t)>();
  return original(this, index);
}

}  // namespace ov
