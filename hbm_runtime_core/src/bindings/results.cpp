// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/results.hpp"

#include <cstdio>
#include <string>

#include "bindings/made_by_init.hpp"
#include "bindings/numpy_array.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

py::object new_dict() {
  py::object dict = py::reinterpret_steal<py::object>(PyDict_New());
  if (!dict) {
    throw py::error_already_set();
  }
  return dict;
}

void set_item(const py::object& dict, const py::object& key, const py::object& value) {
  if (PyDict_SetItem(dict.ptr(), key.ptr(), value.ptr()) < 0) {
    throw py::error_already_set();
  }
}

PyObject* callers_array(const PythonCall& call, std::size_t part, std::size_t output) {
  for (const PythonCall::Target& target : call.targets) {
    if (target.part == part && target.output == output) {
      return target.array;
    }
  }
  return nullptr;
}

}  // namespace

py::object part_results(const ModelKeys& keys, PythonCall& call, std::size_t part) {
  CallPart& from = call.call.part(part);
  const py::object results = new_dict();
  for (const std::size_t i : keys.output_order) {
    PyObject* given = callers_array(call, part, i);
    OutputResult& result = from.results[i];
    set_item(results, keys.outputs[i],
             given != nullptr ? py::reinterpret_borrow<py::object>(given)
                              : wrap_block(std::move(result.block), *result.layout, keys.output_types[i]));
  }
  return results;
}

py::object call_results(const RuntimeObject& runtime, PythonCall& call) {
  const py::object results = new_dict();
  for (std::size_t p = 0; p < call.call.part_count(); ++p) {
    const std::size_t part = call.part_order.empty() ? p : call.part_order[p];
    const ModelKeys& keys = runtime.keys(*call.call.part(part).model);
    set_item(results, keys.name, part_results(keys, call, part));
  }
  return results;
}

void report_timing(const RuntimeObject& runtime, PythonCall& call, PyObject* timing) {
  const auto dict = py::reinterpret_borrow<py::object>(timing);
  for (std::size_t p = 0; p < call.call.part_count(); ++p) {
    const CallPart& part = call.call.part(call.part_order.empty() ? p : call.part_order[p]);
    dict[runtime.keys(*part.model).name] = py::cast(part.timing);
  }
}

// A name of 0.1.0, which works for one more release.
template <typename Class>
void define_old_name(Class& timing, const char* name, const char* new_name, double CallTiming::*member) {
  const std::string advice = std::string("CallTiming: '") + name + "' is deprecated; rename it to '" + new_name + "'";
  timing.def_property_readonly(
      name,
      [advice, member](const CallTiming& self) {
        if (PyErr_WarnEx(PyExc_DeprecationWarning, advice.c_str(), 1) != 0) {
          throw py::error_already_set();
        }
        return self.*member;
      },
      advice.c_str());
}

void define_call_timing(py::module_& module) {
  py::class_<CallTiming> timing(module, "CallTiming", only_made_in_cpp(),
                                "How long each step of one inference took, in microseconds.");
  timing
      .def_readonly("input_us", &CallTiming::input_us,
                    "From the caller's arrays into device memory; 0 for inputs filled in place.")
      .def_readonly("submit_us", &CallTiming::submit_us, "Waiting for a free task, creating and submitting it.")
      .def_readonly("device_us", &CallTiming::device_us,
                    "From submission until the library reported the end: the device's queue and the run itself.")
      .def_readonly("output_us", &CallTiming::output_us,
                    "Making the outputs readable, and copying those asked for in arrays of the caller.")
      .def_readonly("total_us", &CallTiming::total_us, "The sum.")
      .def("__repr__", [](const CallTiming& t) {
        char text[192];
        std::snprintf(text, sizeof(text),
                      "CallTiming(input_us=%.1f, submit_us=%.1f, device_us=%.1f, output_us=%.1f, total_us=%.1f)",
                      t.input_us, t.submit_us, t.device_us, t.output_us, t.total_us);
        return std::string(text);
      });
  define_old_name(timing, "copy_in_us", "input_us", &CallTiming::input_us);
  define_old_name(timing, "queue_us", "submit_us", &CallTiming::submit_us);
  define_old_name(timing, "copy_out_us", "output_us", &CallTiming::output_us);
}

}  // namespace hbm
