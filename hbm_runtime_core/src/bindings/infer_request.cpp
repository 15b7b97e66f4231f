// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/infer_request.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "bindings/async_call.hpp"
#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "bindings/numpy_array.hpp"
#include "bindings/results.hpp"
#include "bindings/run_arguments.hpp"
#include "bindings/scheduling_arguments.hpp"
#include "driver/error.hpp"
#include "runtime/input_check.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

std::vector<std::int64_t> requested_shape(const Model& model, const ModelTensor& tensor, const py::object& shape) {
  const std::string where = "model '" + model.name() + "', input '" + tensor.info.name + "': ";
  if (!shape && !tensor.settled) {
    throw ValueError(where + "the shape " + describe_tensor(tensor.info) +
                     " is dynamic, so create_request needs shapes={'" + tensor.info.name + "': [...]}");
  }
  if (!shape) {
    return tensor.stored_shape;
  }
  const std::vector<std::int64_t> wanted = to_int64_list(shape.ptr(), where + "shape");
  if (!shape_fits(tensor, wanted.data(), static_cast<int>(wanted.size()))) {
    throw ValueError(
        where + "expected " + describe_tensor(tensor.info) + ", got " +
        describe_array(tensor::array_type_name(tensor.info.dtype), wanted.data(), static_cast<int>(wanted.size())));
  }
  return wanted;
}

ExpectedDict expected_shapes(const Model& model, PyObject* given) {
  const std::string name = model.inputs().empty() ? "x" : model.inputs().front().info.name;
  return {"shapes", "a dictionary {input name: shape}",
          "shapes={'" + name + "': " + written_numbers(given, "[...]") + "}"};
}

std::vector<InputBuffer> allocate_inputs(const Model& model, const std::vector<std::vector<std::int64_t>>& shapes,
                                         std::int32_t device_id) {
  std::vector<InputBuffer> buffers;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const TensorLayout layout = settle_layout(model.inputs()[i].info, shapes[i].data(), model.alignment());
    buffers.push_back(make_input_buffer(model, layout, device_id));
    // A block may have been used before: what the caller does not fill is 0, not the data of an earlier user.
    std::fill_n(static_cast<char*>(buffers.back().block->data()), layout.bytes, 0);
  }
  return buffers;
}

// Prepares a request, which no task reads any more, for the next start. With the GIL held.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(InferRequest& request) : pending_(request.pending()), call_(request.call()) {}
  ~ResetAtEnd() {
    if (armed_) {
      call_.clear();
      pending_.reset();
    }
  }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  void arm() { armed_ = true; }
  void disarm() { armed_ = false; }

 private:
  PendingCall& pending_;
  PythonCall& call_;
  bool armed_ = false;
};

// Takes the request for a new start, and fills its call from what the caller passed.
void prepare(InferRequest& self, const py::object& priority, const py::object& bpu_cores, const py::object& custom_id,
             const py::object& device_id, const py::object& outputs, ResetAtEnd* reset) {
  const RuntimeObject& runtime = self.runtime();
  const Model& model = self.model();
  PythonCall& call = self.call();
  self.pending().claim();
  reset->arm();
  call.clear();
  CallPart& part = call.call.add_part(model);
  part.scheduling = run_scheduling(runtime, model, priority, bpu_cores, custom_id, device_id);
  part.buffers = &self.buffers();
  if (!outputs.is_none()) {
    const py::dict arrays = to_dict(outputs.ptr(), [&model] { return expected_outputs(model); });
    read_output_arrays(runtime.keys(model), arrays, 0, &call);
  }
  call.call.set_timed(true);
}

// Without the GIL. Until the answer is there, the device owns the request.
void take_answer(InferRequest& self, double limit_ms, Deadline deadline, ResetAtEnd* reset) {
  PendingCall& pending = self.pending();
  reset->disarm();
  if (!pending.wait(deadline)) {
    pending.call().throw_not_done(
        limit_ms, "the device still owns the request: call wait() again, or read `done` until it is True");
  }
  reset->arm();
  pending.check();
  pending.call().copy_out();
}

py::object results_of(InferRequest& self) {
  self.timing = self.call().call.part(0).timing;
  return part_results(self.runtime().keys(self.model()), self.call(), 0);
}

template <typename Body>
auto naming_memory_errors(const char* function, const InferRequest& self, const Body& body) {
  return with_memory_errors(function, [&self] { return self.model().name(); }, body);
}

void start_request(InferRequest& self, const IntOrNone& priority, const IntsOrNone& bpu_cores,
                   const IntOrNone& custom_id, const IntOrNone& device_id, const FloatOrNone& timeout_ms,
                   const ArraysOrNone& outputs) {
  naming_memory_errors("start", self, [&] {
    ResetAtEnd reset(self);
    std::shared_ptr<const ModelSet> set = self.runtime().runtime().set();
    const Deadline deadline = deadline_after(to_timeout_ms(or_null(timeout_ms)));
    prepare(self, priority, bpu_cores, custom_id, device_id, outputs, &reset);
    const GilRelease release;
    self.pending().start(std::move(set), deadline);
    reset.disarm();
  });
}

Results wait_for_request(InferRequest& self, const FloatOrNone& timeout_ms) {
  return naming_memory_errors("wait", self, [&]() -> Results {
    ResetAtEnd reset(self);
    const double limit_ms = to_timeout_ms(or_null(timeout_ms));
    {
      const GilRelease release;
      take_answer(self, limit_ms, deadline_after(limit_ms), &reset);
    }
    return results_of(self);
  });
}

// start() and wait() in one, so that the GIL is acquired only once.
Results run_request(InferRequest& self, const IntOrNone& priority, const IntsOrNone& bpu_cores,
                    const IntOrNone& custom_id, const IntOrNone& device_id, const FloatOrNone& timeout_ms,
                    const ArraysOrNone& outputs) {
  return naming_memory_errors("run", self, [&]() -> Results {
    ResetAtEnd reset(self);
    std::shared_ptr<const ModelSet> set = self.runtime().runtime().set();
    const double limit_ms = to_timeout_ms(or_null(timeout_ms));
    const Deadline deadline = deadline_after(limit_ms);
    prepare(self, priority, bpu_cores, custom_id, device_id, outputs, &reset);
    {
      const GilRelease release;
      self.pending().start(std::move(set), deadline);
      take_answer(self, limit_ms, deadline, &reset);
    }
    return results_of(self);
  });
}

constexpr const char* kClassDoc =
    "Inputs of one model in device memory: fill `inputs` in place, then run(), or start() and wait().\n"
    "\n"
    "Made by HB_HBMRuntime.create_request(). One task at a time; make a request per thread or per frame in flight.\n"
    "A request that is dropped while the device works on it keeps its memory until the device has answered.\n"
    "In a forked process it can only be dropped: everything else raises HbmRuntimeError.";

constexpr const char* kStartDoc =
    "Submit one inference on what the inputs hold now, and return without waiting for it.\n"
    "\n"
    "Args:\n"
    "    priority, bpu_cores, custom_id, device_id: plain values for this task alone; None takes the default of\n"
    "        set_scheduling_params().\n"
    "    timeout_ms: how long to wait for a task slot of the device where all are in use; None waits without limit.\n"
    "    outputs: {output name: array} to receive results, filled by wait().\n"
    "\n"
    "The inputs must not be changed until `done` is True.\n"
    "\n"
    "Raises:\n"
    "    HbmRuntimeError: the library refused the task; or the previous start() was not waited for, or the device "
    "still\n"
    "        works on it. A request whose wait() has timed out may be started again once `done` is True; the late\n"
    "        results are discarded then.\n"
    "    HbmTimeoutError: no task slot became free within timeout_ms. Nothing was started.\n"
    "    HbmValueError, TypeError: a value does not fit.";

constexpr const char* kWaitDoc =
    "Wait for the results of start(), without holding the GIL: {output name: array}, as run() returns them.\n"
    "\n"
    "Args:\n"
    "    timeout_ms: milliseconds, more than 0; None waits without limit.\n"
    "\n"
    "A thread that waits cannot be interrupted: to end it early, wait in steps of a short timeout_ms. Only the first\n"
    "step costs more than a wait without limit.\n"
    "\n"
    "Raises:\n"
    "    HbmTimeoutError: the device has not answered within timeout_ms. It still owns the request, whose inputs must\n"
    "        not be changed: call wait() again, or read `done` until it is True.\n"
    "    HbmRuntimeError: the task failed (the request may be started again); or nothing was started, or another "
    "thread\n"
    "        waits for this request.";

constexpr const char* kRunDoc =
    "start() and wait(): run one inference on what the inputs hold now, without holding the GIL.\n"
    "\n"
    "The arguments are those of start(); timeout_ms limits both steps together. Returns {output name: array}, arrays "
    "over\n"
    "device memory of their own for each run. After HbmTimeoutError the request may be waited for as after start().";

constexpr const char* kDoneDoc =
    "Whether wait() would return or raise at once: the device has answered, or nothing was started.\n"
    "\n"
    "The library cannot be asked without the risk of blocking, so the first look at `done` after start() lets a thread "
    "of\n"
    "this library wait for the task; later ones read what that thread has noted.";

}  // namespace

InferRequest::InferRequest(py::object runtime, const Model& model, std::vector<InputBuffer> buffers)
    : runtime_(std::move(runtime)),
      set_(this->runtime().runtime().set()),
      model_(&model),
      buffers_(std::move(buffers)),
      call_(make_python_call()),
      pending_(
          std::make_shared<PendingCall>(std::shared_ptr<Call>(call_, &call_->call), "model '" + model.name() + "': ")) {
  const ModelKeys& keys = this->runtime().keys(model);
  py::dict views;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    views[keys.inputs[i]] = wrap_block(buffers_[i].block, buffers_[i].layout, keys.input_types[i]);
  }
  inputs_ = py::module_::import("types").attr("MappingProxyType")(views);
}

PendingCall& InferRequest::pending() const {
  set_->device().check_usable();
  return *pending_;
}

InferRequest::~InferRequest() {
  if (!set_->device().usable()) {
    // The task and the threads that may hold a lock of it belong to the parent process: leave it alone.
    new std::shared_ptr<PendingCall>(std::move(pending_));
    return;
  }
  call_->release_arrays();
  pending_->abandon();
}

std::unique_ptr<InferRequest> create_request(const py::object& runtime, const TextOrNone& model_name,
                                             const IntsByName& shapes) {
  auto& self = py::cast<RuntimeObject&>(runtime);
  const std::shared_ptr<const ModelSet> set = self.runtime().set();
  const Model& model = model_name.is_none() ? set->only_model() : self.find_model(*set, model_name.ptr());
  const py::dict given =
      shapes.is_none() ? py::dict() : to_dict(shapes.ptr(), [&] { return expected_shapes(model, shapes.ptr()); });
  std::vector<std::vector<std::int64_t>> settled;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.inputs().size(); ++i) {
    const py::object& key = self.keys(model).inputs[i];
    const py::object shape = given.contains(key) ? py::object(given[key]) : py::object();
    settled.push_back(requested_shape(model, model.inputs()[i], shape));
    names.push_back(model.inputs()[i].info.name);
  }
  for (const auto& [key, shape] : given) {
    const std::string name = to_string(key.ptr(), "shapes, input name");
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw_input_names(model, {name});
    }
  }
  return with_memory_errors(
      "create_request", [&model] { return model.name(); },
      [&] {
        std::vector<InputBuffer> buffers =
            allocate_inputs(model, settled, static_cast<std::int32_t>(self.runtime().scheduling(model).deviceId));
        return InferRequest::make(runtime, model, std::move(buffers));
      });
}

void define_infer_request(py::module_& module) {
  py::class_<InferRequest>(module, "InferRequest", kClassDoc)
      .def_property_readonly("model_name",
                             [](const InferRequest& self) -> Text { return self.runtime().keys(self.model()).name; })
      .def_property_readonly(
          "inputs", [](const InferRequest& self) -> Arrays { return self.inputs(); },
          "{input: writeable array over device memory}; rows may be padded, so use the strides.")
      .def_readonly("timing", &InferRequest::timing,
                    "CallTiming of the last answer. device_us ends when a thread that waits learns of the answer.")
      .def_property_readonly(
          "done", [](const InferRequest& self) { return self.pending().done(); }, kDoneDoc)
      .def_property_readonly(
          "busy", [](const InferRequest& self) { return !self.pending().done(); },
          "The opposite of `done`: the device may still read the inputs.")
      .def("start", &start_request, py::kw_only(), py::arg("priority") = py::none(), py::arg("bpu_cores") = py::none(),
           py::arg("custom_id") = py::none(), py::arg("device_id") = py::none(), py::arg("timeout_ms") = py::none(),
           py::arg("outputs") = py::none(), kStartDoc)
      .def("wait", &wait_for_request, py::arg("timeout_ms") = py::none(), kWaitDoc)
      .def("run", &run_request, py::kw_only(), py::arg("priority") = py::none(), py::arg("bpu_cores") = py::none(),
           py::arg("custom_id") = py::none(), py::arg("device_id") = py::none(), py::arg("timeout_ms") = py::none(),
           py::arg("outputs") = py::none(), kRunDoc);
}

}  // namespace hbm
