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

// Finishes a call on a thread of the device, and completes its future there.
class AsyncCall final : public WaitJob {
 public:
  AsyncCall(std::shared_ptr<PythonCall> call, py::object runtime, py::object future, PyObject* timing)
      : call_(std::move(call)),
        runtime_(std::move(runtime)),
        future_(std::move(future)),
        timing_(py::reinterpret_borrow<py::object>(timing)) {}

  void run() noexcept override {
    std::exception_ptr error;
    try {
      call_->call.finish();
    } catch (...) {
      error = std::current_exception();
    }
    with_interpreter([&] { complete(error); });
  }

 private:
  py::object results() {
    auto& runtime = py::cast<RuntimeObject&>(runtime_);
    {
      const GilRelease release;
      call_->call.copy_out();
    }
    if (timing_) {
      report_timing(runtime, *call_, timing_.ptr());
    }
    return call_results(runtime, *call_);
  }

  void complete(std::exception_ptr failure) {
    py::object value;
    if (failure == nullptr) {
      try {
        value = results();
      } catch (...) {
        failure = std::current_exception();
      }
    }
    call_->clear();
    try {
      if (failure == nullptr) {
        future_.attr("set_result")(value);
      } else {
        future_.attr("set_exception")(python_exception(failure));
      }
    } catch (py::error_already_set& e) {
      report(e);
    }
  }

  // Whoever waits for the future would wait for ever, where completing it ran out of memory.
  void report(py::error_already_set& error) {
    try {
      future_.attr("set_exception")(error.value());
    } catch (py::error_already_set&) {
      error.discard_as_unraisable("completing an inference");
    }
  }

  const std::shared_ptr<PythonCall> call_;
  const py::object runtime_;
  const py::object future_;
  const py::object timing_;
};

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

  const py::object future = py::module_::import("hbm_runtime_core.future").attr("InferFuture")();
  future.attr("set_running_or_notify_cancel")();
  // Its Python objects are dropped under the GIL, or leaked if the interpreter is ending.
  std::shared_ptr<AsyncCall> async(new AsyncCall(call, runtime, future, arguments.timing), [](AsyncCall* ended) {
    with_interpreter([&ended] { delete std::exchange(ended, nullptr); });
  });
  {
    const GilRelease release;
    call->call.start(std::move(set), Deadline::max());
    call->call.device().waiters().post(std::move(async));
  }
  return future;
}

}  // namespace hbm
