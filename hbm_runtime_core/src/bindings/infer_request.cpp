// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/infer_request.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "bindings/async_call.hpp"
#include "bindings/errors.hpp"
#include "bindings/interpreter.hpp"
#include "bindings/numpy_array.hpp"
#include "bindings/results.hpp"
#include "bindings/run_arguments.hpp"
#include "bindings/scheduling_arguments.hpp"
#include "driver/error.hpp"
#include "runtime/input_check.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

std::vector<int64_t> requested_shape(const Model& model, const ModelTensor& tensor, const py::object& shape) {
  const std::string where = "model '" + model.name() + "', input '" + tensor.info.name + "': ";
  if (!shape && !tensor.settled) {
    throw ValueError(where + "the shape " + describe_tensor(tensor.info) +
                     " is dynamic, so create_request needs shapes={'" + tensor.info.name + "': [...]}");
  }
  if (!shape) {
    return tensor.stored_shape;
  }
  const std::vector<int64_t> wanted = to_int64_list(shape.ptr(), where + "shape");
  if (!shape_fits(tensor, wanted.data(), static_cast<int>(wanted.size()))) {
    throw ValueError(where + "expected " + describe_tensor(tensor.info) + ", got " +
                     describe_array(numpy_name(tensor.info.dtype), wanted.data(), static_cast<int>(wanted.size())));
  }
  return wanted;
}

std::vector<InputBuffer> allocate_inputs(const Model& model, const std::vector<std::vector<int64_t>>& shapes,
                                         int32_t device_id) {
  std::vector<InputBuffer> buffers;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const TensorLayout layout = settle_layout(model.inputs()[i].info, shapes[i].data(), model.alignment());
    buffers.push_back(make_input_buffer(model, layout, device_id));
    // A block may have served before: what the caller does not fill is 0, not somebody's old data.
    std::fill_n(static_cast<char*>(buffers.back().block->data()), layout.bytes, 0);
  }
  return buffers;
}

// Ends the busy state however the run ends, unless somebody else will.
class BusyGuard {
 public:
  explicit BusyGuard(InferRequest& request) : busy_(request.busy()) { request.begin(); }
  ~BusyGuard() {
    if (!handed_over_) {
      InferRequest::end(busy_);
    }
  }
  BusyGuard(const BusyGuard&) = delete;
  BusyGuard& operator=(const BusyGuard&) = delete;
  void hand_over() { handed_over_ = true; }

 private:
  std::shared_ptr<std::atomic<bool>> busy_;
  bool handed_over_ = false;
};

void require_made(bool made) {
  if (!made) {
    throw TypeError("an InferRequest is made by HB_HBMRuntime.create_request()");
  }
}

PyObject* or_null(const py::object& object) { return object.is_none() ? nullptr : object.ptr(); }

py::object run_request(InferRequest& self, const py::object& priority, const py::object& bpu_cores,
                       const py::object& custom_id, const py::object& device_id, const py::object& timeout_ms,
                       const py::object& outputs) {
  const RuntimeObject& runtime = self.runtime();
  const Model& model = self.model();
  std::shared_ptr<const ModelSet> set = runtime.runtime().set();
  const double limit_ms = to_timeout_ms(or_null(timeout_ms));
  const Deadline deadline = deadline_after(limit_ms);

  const std::shared_ptr<PythonCall> call = make_python_call();
  CallPart& part = call->call.add_part(model);
  part.scheduling = runtime.runtime().scheduling(model);
  read_change(model, or_null(priority), or_null(bpu_cores), or_null(custom_id), or_null(device_id))
      .apply(&part.scheduling);
  check_runnable(model.name(), part.scheduling, model.limits());
  part.buffers = &self.buffers();
  if (!outputs.is_none()) {
    read_output_arrays(runtime.keys(model), to_dict(outputs.ptr(), "outputs", "{output name: array}"), 0, call.get());
  }
  call->call.set_timed(true);
  {
    BusyGuard busy(self);
    const GilRelease release;
    call->call.start(std::move(set), deadline);
    if (deadline == Deadline::max()) {
      call->call.finish();
    } else {
      busy.hand_over();
      run_with_deadline(std::shared_ptr<Call>(call, &call->call), limit_ms, deadline,
                        [flag = self.busy()] { InferRequest::end(flag); });
    }
    call->call.copy_out();
  }
  self.timing = call->call.part(0).timing;
  py::object results = part_results(runtime.keys(model), *call, 0);
  call->clear();
  return results;
}

constexpr const char* class_doc =
    "Inputs of one model in device memory: fill `inputs` in place, then run().\n"
    "\n"
    "Made by HB_HBMRuntime.create_request(). One run at a time; make a request per thread.";

constexpr const char* run_doc =
    "Run one inference on what the inputs hold now, without holding the GIL.\n"
    "\n"
    "priority, bpu_cores, custom_id and device_id are plain values here, for this run alone. outputs: {output: array}\n"
    "to receive results. Returns {output: array}, arrays over device memory of their own for each run.\n"
    "After HbmTimeoutError the inputs must not be changed until `busy` is False.";

}  // namespace

InferRequest::InferRequest(py::object runtime, const Model& model, std::vector<InputBuffer> buffers)
    : runtime_(std::move(runtime)),
      set_(this->runtime().runtime().set()),
      model_(&model),
      buffers_(std::move(buffers)) {
  const ModelKeys& keys = this->runtime().keys(model);
  py::dict views;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    views[keys.inputs[i]] = py::reinterpret_steal<py::object>(
        wrap_block(buffers_[i].block, buffers_[i].layout, model.inputs()[i].info.dtype));
  }
  inputs_ = py::module_::import("types").attr("MappingProxyType")(views);
}

RuntimeObject& InferRequest::runtime() const {
  require_made(static_cast<bool>(runtime_));
  return py::cast<RuntimeObject&>(runtime_);
}

const py::object& InferRequest::inputs() const {
  require_made(static_cast<bool>(inputs_));
  return inputs_;
}

const std::shared_ptr<std::atomic<bool>>& InferRequest::busy() const {
  require_made(busy_ != nullptr);
  return busy_;
}

void InferRequest::begin() {
  if (busy_->exchange(true)) {
    throw StateError("model '" + model_->name() +
                     "': this request is running already; wait for it, or make a request per thread");
  }
}

std::unique_ptr<InferRequest> create_request(const py::object& runtime, const py::object& model_name,
                                             const py::object& shapes) {
  auto& self = py::cast<RuntimeObject&>(runtime);
  const std::shared_ptr<const ModelSet> set = self.runtime().set();
  const Model& model = model_name.is_none() ? set->only_model() : self.find_model(*set, model_name.ptr());
  const py::dict given =
      shapes.is_none() ? py::dict() : to_dict(shapes.ptr(), "shapes", "a dictionary {input name: shape}");
  std::vector<std::vector<int64_t>> settled;
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
  std::vector<InputBuffer> buffers =
      allocate_inputs(model, settled, static_cast<int32_t>(self.runtime().scheduling(model).deviceId));
  return std::make_unique<InferRequest>(runtime, model, std::move(buffers));
}

void define_infer_request(py::module_& module) {
  py::class_<InferRequest>(module, "InferRequest", class_doc)
      .def_property_readonly("model_name",
                             [](const InferRequest& self) { return self.runtime().keys(self.model()).name; })
      .def_property_readonly("inputs", &InferRequest::inputs,
                             "{input: writeable array over device memory}; rows may be padded, so use the strides.")
      .def_readonly("timing", &InferRequest::timing, "CallTiming of the last run.")
      .def_property_readonly(
          "busy", [](const InferRequest& self) { return self.busy()->load(); },
          "Whether the device may still read the inputs.")
      .def("run", &run_request, py::kw_only(), py::arg("priority") = py::none(), py::arg("bpu_cores") = py::none(),
           py::arg("custom_id") = py::none(), py::arg("device_id") = py::none(), py::arg("timeout_ms") = py::none(),
           py::arg("outputs") = py::none(), run_doc);
}

}  // namespace hbm
