// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/scheduling_arguments.hpp"

#include <utility>
#include <vector>

#include "runtime/scheduling.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

std::string label(const Model& model, const char* parameter) { return "model '" + model.name() + "': " + parameter; }

std::string written_number(PyObject* given, const std::string& otherwise) {
  try {
    return std::to_string(to_int64(given, ""));
  } catch (const std::exception&) {
    return otherwise;
  }
}

// What `parameter` should be, with the caller's value for one of the models.
ExpectedDict expected_values(const ModelSet& set, const std::string& parameter, PyObject* given) {
  const bool cores = parameter == "bpu_cores";
  const std::string value =
      cores ? written_numbers(given, "[0]") : written_number(given, parameter == "priority" ? "200" : "0");
  return {parameter, cores ? "a dictionary {model name: list of cores}" : "a dictionary {model name: int}",
          parameter + "={'" + set.models().front()->name() + "': " + value + "}"};
}

// The model's value in a dictionary that check_models has accepted, or null.
py::object value_for(PyObject* dictionary, PyObject* name) {
  if (dictionary == nullptr) {
    return {};
  }
  const py::object values = PyDict_Check(dictionary) ? py::reinterpret_borrow<py::object>(dictionary)
                                                     : py::dict(py::reinterpret_borrow<py::object>(dictionary));
  PyObject* value = PyDict_GetItemWithError(values.ptr(), name);
  if (value == nullptr && PyErr_Occurred() != nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_borrow<py::object>(value);
}

void check_models(const RuntimeObject& runtime, const ModelSet& set, PyObject* dictionary, const char* parameter) {
  if (dictionary == nullptr) {
    return;
  }
  for (const auto& [name, value] : to_dict(dictionary, [&] { return expected_values(set, parameter, dictionary); })) {
    runtime.find_model(set, name.ptr());
  }
}

// Values of one model, any of them null. Throws for what is out of range.
SchedulingChange read_change(const Model& model, PyObject* priority, PyObject* bpu_cores, PyObject* custom_id,
                             PyObject* device_id) {
  SchedulingChange change;
  if (priority != nullptr) {
    change.priority = checked_priority(model.name(), to_int64(priority, label(model, "priority")));
  }
  if (bpu_cores != nullptr) {
    change.bpu_cores = to_int64_list(bpu_cores, label(model, "bpu_cores"));
    change.backend = checked_cores(model.name(), change.bpu_cores, model.limits());
  }
  if (custom_id != nullptr) {
    change.custom_id = to_int64(custom_id, label(model, "custom_id"));
  }
  if (device_id != nullptr) {
    change.device_id = checked_device_id(model.name(), to_int64(device_id, label(model, "device_id")));
  }
  return change;
}

}  // namespace

void check_override_models(const RuntimeObject& runtime, const ModelSet& set, const RunArguments& arguments) {
  check_models(runtime, set, arguments.priority, "priority");
  check_models(runtime, set, arguments.bpu_cores, "bpu_cores");
  check_models(runtime, set, arguments.custom_id, "custom_id");
  check_models(runtime, set, arguments.device_id, "device_id");
}

void apply_overrides(const RuntimeObject& runtime, const Model& model, const RunArguments& arguments,
                     Scheduling* scheduling) {
  PyObject* name = runtime.keys(model).name.ptr();
  const py::object priority = value_for(arguments.priority, name);
  const py::object bpu_cores = value_for(arguments.bpu_cores, name);
  const py::object custom_id = value_for(arguments.custom_id, name);
  const py::object device_id = value_for(arguments.device_id, name);
  read_change(model, priority.ptr(), bpu_cores.ptr(), custom_id.ptr(), device_id.ptr()).apply(scheduling);
}

void set_scheduling_params(RuntimeObject& runtime, const IntByName& priority, const IntsByName& bpu_cores,
                           const IntByName& custom_id, const IntByName& device_id) {
  const std::shared_ptr<const ModelSet> set = runtime.runtime().set();
  RunArguments arguments;
  arguments.priority = or_null(priority);
  arguments.bpu_cores = or_null(bpu_cores);
  arguments.custom_id = or_null(custom_id);
  arguments.device_id = or_null(device_id);
  check_override_models(runtime, *set, arguments);

  std::vector<std::pair<const Model*, SchedulingChange>> changes;
  for (const auto& model : set->models()) {
    PyObject* name = runtime.keys(*model).name.ptr();
    changes.emplace_back(
        model.get(),
        read_change(*model, value_for(arguments.priority, name).ptr(), value_for(arguments.bpu_cores, name).ptr(),
                    value_for(arguments.custom_id, name).ptr(), value_for(arguments.device_id, name).ptr()));
  }
  runtime.runtime().set_scheduling(changes);
}

Scheduling run_scheduling(const RuntimeObject& runtime, const Model& model, const py::object& priority,
                          const py::object& bpu_cores, const py::object& custom_id, const py::object& device_id) {
  Scheduling scheduling = runtime.runtime().scheduling(model);
  read_change(model, or_null(priority), or_null(bpu_cores), or_null(custom_id), or_null(device_id)).apply(&scheduling);
  check_runnable(model.name(), scheduling, model.limits());
  return scheduling;
}

int check_scheduling(const RuntimeObject& runtime, const Text& model_name, const IntOrNone& priority,
                     const IntsOrNone& bpu_cores, const IntOrNone& custom_id, const IntOrNone& device_id) {
  const std::shared_ptr<const ModelSet> set = runtime.runtime().set();
  const Model& model = runtime.find_model(*set, model_name.ptr());
  return tasks_at_once(run_scheduling(runtime, model, priority, bpu_cores, custom_id, device_id), model.limits());
}

}  // namespace hbm
