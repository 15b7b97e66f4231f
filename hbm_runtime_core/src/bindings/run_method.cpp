// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/run_method.hpp"

#include <memory>
#include <utility>

#include "bindings/async_call.hpp"
#include "bindings/call_arguments.hpp"
#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "bindings/results.hpp"
#include "bindings/run_arguments.hpp"
#include "bindings/runtime_object.hpp"
#include "runtime/pending_call.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

// A thread's call is used again by its next one, with all the memory it has gathered. It is taken out while in use: a
// key's __hash__ may come back here.
thread_local std::unique_ptr<PythonCall> idle_call;

class BorrowedCall {
 public:
  BorrowedCall() : call_(idle_call != nullptr ? std::move(idle_call) : std::make_unique<PythonCall>()) {}
  ~BorrowedCall() {
    call_->clear();
    idle_call = std::move(call_);
  }
  BorrowedCall(const BorrowedCall&) = delete;
  BorrowedCall& operator=(const BorrowedCall&) = delete;
  PythonCall& operator*() const { return *call_; }

 private:
  std::unique_ptr<PythonCall> call_;
};

py::object run_here(const RuntimeObject& self, std::shared_ptr<const ModelSet> set, const RunArguments& arguments) {
  BorrowedCall borrowed;
  PythonCall& call = *borrowed;
  fill_call(self, *set, arguments, &call);
  call.call.set_timed(arguments.timing != nullptr);
  {
    const GilRelease release;
    call.call.start(std::move(set), Deadline::max());
    call.call.finish();
    call.call.copy_out();
  }
  if (arguments.timing != nullptr) {
    report_timing(self, call, arguments.timing);
  }
  return call_results(self, call);
}

py::object run_limited(const RuntimeObject& self, std::shared_ptr<const ModelSet> set, const RunArguments& arguments,
                       double timeout_ms) {
  const Deadline deadline = deadline_after(timeout_ms);
  const std::shared_ptr<PythonCall> call = make_python_call();
  fill_call(self, *set, arguments, call.get());
  call->call.set_timed(arguments.timing != nullptr);
  // After a time-out, the device's waiting thread keeps it until the device has answered.
  const auto pending = std::make_shared<PendingCall>(std::shared_ptr<Call>(call, &call->call), "");
  {
    const GilRelease release;
    pending->start(std::move(set), deadline);
    if (!pending->wait(deadline)) {
      call->call.throw_not_done(timeout_ms, "the device continues with it, and its memory stays reserved until then");
    }
    pending->check();
    call->call.copy_out();
  }
  if (arguments.timing != nullptr) {
    report_timing(self, *call, arguments.timing);
  }
  py::object results = call_results(self, *call);
  call->clear();
  return results;
}

// The name of the model, for errors; empty where the call may be one of several models.
std::string model_of(const RuntimeObject& self, const RunArguments& arguments) {
  if (arguments.model_name != nullptr) {
    return to_string(arguments.model_name, "model_name");
  }
  try {
    const std::shared_ptr<const ModelSet> set = self.runtime().set();
    return set->models().size() == 1 ? set->models().front()->name() : "";
  } catch (const StateError&) {  // Closed meanwhile: the error of the call counts.
    return "";
  }
}

py::object run(const py::object& self_object, const VectorCall& passed) {
  const auto& self = py::cast<const RuntimeObject&>(self_object);
  const RunArguments arguments = parse_run_arguments("run", passed);
  std::shared_ptr<const ModelSet> set = self.runtime().set();
  const double timeout_ms = to_timeout_ms(arguments.timeout_ms);
  const auto model_name = [&] { return model_of(self, arguments); };
  return with_memory_errors("run", model_name, [&] {
    return deadline_after(timeout_ms) == Deadline::max() ? run_here(self, std::move(set), arguments)
                                                         : run_limited(self, std::move(set), arguments, timeout_ms);
  });
}

py::object run_async(const py::object& self_object, const VectorCall& passed) {
  const auto& self = py::cast<const RuntimeObject&>(self_object);
  const RunArguments arguments = parse_run_arguments("run_async", passed);
  const auto model_name = [&] { return model_of(self, arguments); };
  return with_memory_errors("run_async", model_name, [&] { return start_async_call(self_object, arguments); });
}

constexpr const char* kRunDoc =
    "run(input_tensor=None, model_name=None, priority=None, bpu_cores=None, custom_id=None, device_id=None, *, "
    "input_tensors=None, multi_input_tensors=None, timeout_ms=None, outputs=None, timing=None)\n--\n\n"
    "Run one inference of one or several models and wait for the results, without holding the GIL.\n"
    "\n"
    "Args:\n"
    "    input_tensor: the inputs in one of three forms: an array (a model with one input),\n"
    "        {input name: array}, or {model name: {input name: array}}, whose models run in parallel. The keywords\n"
    "        input_tensors= and multi_input_tensors= mean the same. Arrays are copied before the device reads them;\n"
    "        changing one from another thread meanwhile changes what the device sees.\n"
    "    model_name: which model, where several are loaded; of the nested form it runs only this one.\n"
    "    priority, bpu_cores, custom_id, device_id: {model name: value}, for this call alone, over the defaults of\n"
    "        set_scheduling_params().\n"
    "    timeout_ms: HbmTimeoutError after so many milliseconds; the device finishes on its own.\n"
    "    outputs: {output name: array} or {model name: {output name: array}}: arrays to receive the outputs. Into an\n"
    "        array that a run returned earlier the device writes directly, others are copied into once.\n"
    "    timing: a dict that receives {model name: CallTiming}.\n"
    "\n"
    "Returns:\n"
    "    {model name: {output name: array}}: arrays of the logical shape over device memory, which goes back to a\n"
    "    pool with the last reference to them. Padded outputs are strided views.\n"
    "\n"
    "Raises:\n"
    "    HbmValueError (ValueError, RuntimeError): dtype, shape, name or range does not fit.\n"
    "    TypeError: an argument of the wrong kind.\n"
    "    HbmRuntimeError: the device or its library reports a failure.\n"
    "    HbmTimeoutError: timeout_ms is over.";

constexpr const char* kRunAsyncDoc =
    "run_async(input_tensor=None, model_name=None, priority=None, bpu_cores=None, custom_id=None, device_id=None, *, "
    "input_tensors=None, multi_input_tensors=None, outputs=None, timing=None)\n--\n\n"
    "Start what run() would do, and return a concurrent.futures.Future of its result, which can be awaited too.\n"
    "\n"
    "The inputs are copied before this returns. Where all tasks of the device are in use (HB_UCP_MAX_TASK_NUM), it\n"
    "waits for one. Done callbacks run on a thread of the library. Bad arguments are raised here, failures of the\n"
    "device from the future.";

// Calls `method` as CPython calls its own ones. pybind11's functions with *args and **kwargs get a new tuple and
// dictionary for each call: 1.13 us instead of 0.85 for a run() of the smallest model, 3.4 times the same calls in C
// instead of 2.5 (bench row call_overhead_vs_c).
template <py::object (*kMethod)(const py::object& self, const VectorCall& passed)>
PyObject* vector_call(PyObject* self, PyObject* const* arguments, Py_ssize_t positional_count,
                      PyObject* keyword_names) {
  try {
    const VectorCall passed{arguments, positional_count, keyword_names};
    return kMethod(py::reinterpret_borrow<py::object>(self), passed).release().ptr();
  } catch (...) {
    set_python_error(std::current_exception());
    return nullptr;
  }
}

void add_method(const py::object& type, PyMethodDef* definition) {
  PyObject* method = PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), definition);
  if (method == nullptr) {
    throw py::error_already_set();
  }
  type.attr(definition->ml_name) = py::reinterpret_steal<py::object>(method);
}

template <typename Function>
PyCFunction as_c_function(Function function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

void define_run_methods(const py::object& runtime_class) {
  static PyMethodDef run_definition = {"run", as_c_function(&vector_call<run>), METH_FASTCALL | METH_KEYWORDS, kRunDoc};
  static PyMethodDef run_async_definition = {"run_async", as_c_function(&vector_call<run_async>),
                                             METH_FASTCALL | METH_KEYWORDS, kRunAsyncDoc};
  add_method(runtime_class, &run_definition);
  add_method(runtime_class, &run_async_definition);
}

}  // namespace hbm
