// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/async_call.hpp"

#include <utility>

#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/results.hpp"
#include "bindings/runtime_object.hpp"
#include "driver/error.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

// Runs `work` with the GIL, whether this thread has it already or not; not at all once the interpreter is ending.
template <typename Work>
void with_interpreter(const Work& work) {
  const InterpreterVisit visit;
  if (visit.allowed()) {
    work();
  }
}

struct AsyncCall {
  std::shared_ptr<PythonCall> call;
  py::object runtime;
  py::object future;
  py::object timing;
};

py::object python_exception(const std::exception_ptr& error) {
  set_python_error(error);
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return py::reinterpret_steal<py::object>(value);
}

py::object results_of(AsyncCall& async) {
  auto& runtime = py::cast<RuntimeObject&>(async.runtime);
  {
    const GilRelease release;
    async.call->call.copy_out();
  }
  if (async.timing) {
    report_timing(runtime, *async.call, async.timing.ptr());
  }
  return call_results(runtime, *async.call);
}

void complete(AsyncCall& async, const std::exception_ptr& error) {
  std::exception_ptr failure = error;
  py::object results;
  if (failure == nullptr) {
    try {
      results = results_of(async);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  async.call->clear();
  try {
    if (failure == nullptr) {
      async.future.attr("set_result")(results);
    } else {
      async.future.attr("set_exception")(python_exception(failure));
    }
  } catch (py::error_already_set& e) {
    e.discard_as_unraisable("completing an inference");
  }
}

}  // namespace

std::shared_ptr<PythonCall> make_python_call() {
  return std::shared_ptr<PythonCall>(new PythonCall, [](PythonCall* call) {
    call->call.clear();
    if (!call->held.empty()) {
      with_interpreter([call] { call->clear(); });
    }
    delete call;
  });
}

py::object start_async_call(const py::object& runtime, const RunArguments& arguments) {
  auto& self = py::cast<RuntimeObject&>(runtime);
  if (arguments.timeout_ms != nullptr) {
    throw TypeError("run_async() takes no timeout_ms: pass a timeout to the future's result()");
  }
  std::shared_ptr<const ModelSet> set = self.runtime().set();
  const std::shared_ptr<PythonCall> call = make_python_call();
  fill_call(self, *set, arguments, call.get());
  call->call.set_timed(arguments.timing != nullptr);

  // Its Python objects are given up under the GIL, or left to the ending interpreter.
  std::shared_ptr<AsyncCall> async(
      new AsyncCall, [](AsyncCall* ended) { with_interpreter([&ended] { delete std::exchange(ended, nullptr); }); });
  async->call = call;
  async->runtime = runtime;
  async->future = py::module_::import("hbm_runtime_core.future").attr("InferFuture")();
  async->future.attr("set_running_or_notify_cancel")();
  async->timing = py::reinterpret_borrow<py::object>(arguments.timing);
  const py::object future = async->future;
  {
    const GilRelease release;
    call->call.start(std::move(set), Deadline::max());
    run_elsewhere(std::shared_ptr<Call>(call, &call->call), [async](Call&, const std::exception_ptr& error) {
      with_interpreter([&] { complete(*async, error); });
    });
  }
  return future;
}

}  // namespace hbm
