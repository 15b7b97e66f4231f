// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/run_arguments.hpp"

#include <cmath>
#include <limits>

#include "bindings/errors.hpp"
#include "driver/error.hpp"
#include "runtime/names.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

using Field = PyObject* RunArguments::*;

struct Keyword {
  const char* name;
  Field field;
};

// The first six stand in this order positionally as well; the input has a name a form.
constexpr Keyword keywords[] = {
    {"input_tensor", &RunArguments::input},    {"model_name", &RunArguments::model_name},
    {"priority", &RunArguments::priority},     {"bpu_cores", &RunArguments::bpu_cores},
    {"custom_id", &RunArguments::custom_id},   {"device_id", &RunArguments::device_id},
    {"input_tensors", &RunArguments::input},   {"multi_input_tensors", &RunArguments::input},
    {"timeout_ms", &RunArguments::timeout_ms}, {"outputs", &RunArguments::outputs},
    {"timing", &RunArguments::timing},
};
constexpr std::size_t keyword_count = sizeof(keywords) / sizeof(keywords[0]);
constexpr Py_ssize_t positional_most = 6;

// Names in calls are interned by the compiler, so comparing pointers nearly always suffices.
PyObject* const* interned_keywords() {
  static PyObject** const names = [] {
    auto** made = new PyObject*[keyword_count];
    for (std::size_t i = 0; i < keyword_count; ++i) {
      made[i] = PyUnicode_InternFromString(keywords[i].name);
    }
    return made;
  }();
  return names;
}

const Keyword* find_keyword(PyObject* name) {
  PyObject* const* interned = interned_keywords();
  for (std::size_t i = 0; i < keyword_count; ++i) {
    if (interned[i] == name) {
      return &keywords[i];
    }
  }
  for (std::size_t i = 0; i < keyword_count; ++i) {
    if (PyUnicode_Compare(interned[i], name) == 0) {
      return &keywords[i];
    }
  }
  return nullptr;
}

[[noreturn]] void throw_unknown_keyword(const std::string& function, PyObject* name) {
  std::vector<std::string> known;
  for (const Keyword& keyword : keywords) {
    known.emplace_back(keyword.name);
  }
  const std::string given = py::str(name);
  throw TypeError(function + "() has no argument '" + given + "'; it takes " + list_names(known) +
                  suggest_name(given, known));
}

}  // namespace

RunArguments parse_run_arguments(const char* function, PyObject* const* arguments, Py_ssize_t positional_count,
                                 PyObject* keyword_names) {
  RunArguments parsed;
  if (positional_count > positional_most) {
    throw TypeError(std::string(function) + "() takes at most " + std::to_string(positional_most) +
                    " positional arguments, got " + std::to_string(positional_count));
  }
  for (Py_ssize_t i = 0; i < positional_count; ++i) {
    parsed.*keywords[i].field = arguments[i];
  }
  const Py_ssize_t named_count = keyword_names != nullptr ? PyTuple_GET_SIZE(keyword_names) : 0;
  for (Py_ssize_t i = 0; i < named_count; ++i) {
    PyObject* name = PyTuple_GET_ITEM(keyword_names, i);
    const Keyword* keyword = find_keyword(name);
    if (keyword == nullptr) {
      throw_unknown_keyword(function, name);
    }
    if (parsed.*keyword->field != nullptr) {
      throw TypeError(std::string(function) + "() got its argument '" + keyword->name + "' twice");
    }
    parsed.*keyword->field = arguments[positional_count + i];
  }
  if (parsed.input == nullptr || parsed.input == Py_None) {
    throw TypeError(std::string(function) +
                    "() needs inputs: an array, {input name: array} or {model name: {input name: array}}");
  }
  for (Field field :
       {&RunArguments::model_name, &RunArguments::priority, &RunArguments::bpu_cores, &RunArguments::custom_id,
        &RunArguments::device_id, &RunArguments::timeout_ms, &RunArguments::outputs, &RunArguments::timing}) {
    if (parsed.*field == Py_None) {
      parsed.*field = nullptr;
    }
  }
  return parsed;
}

std::string kind_of(PyObject* object) { return Py_TYPE(object)->tp_name; }

int64_t to_int64(PyObject* object, const std::string& what) {
  if (PyBool_Check(object) || PyIndex_Check(object) == 0) {
    throw TypeError(what + ": expected an int, got " + kind_of(object));
  }
  const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(object));
  if (!number) {
    throw py::error_already_set();
  }
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow != 0) {
    throw ValueError(what + ": " + std::string(py::str(number)) + " does not fit into 64 bits");
  }
  return value;
}

std::vector<int64_t> to_int64_list(PyObject* object, const std::string& what) {
  const bool text = PyUnicode_Check(object) || PyBytes_Check(object);
  if (text || PySequence_Check(object) == 0 || PyDict_Check(object)) {
    throw TypeError(what + ": expected a list of ints such as [0], got " + kind_of(object));
  }
  const py::object items = py::reinterpret_steal<py::object>(PySequence_Fast(object, "expected a list"));
  if (!items) {
    throw py::error_already_set();
  }
  std::vector<int64_t> values;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.ptr()); ++i) {
    values.push_back(to_int64(PySequence_Fast_GET_ITEM(items.ptr(), i), what));
  }
  return values;
}

double to_timeout_ms(PyObject* object) {
  if (object == nullptr) {
    return std::numeric_limits<double>::infinity();
  }
  if (PyBool_Check(object) || (!PyFloat_Check(object) && PyIndex_Check(object) == 0)) {
    throw TypeError("timeout_ms: expected a number of milliseconds, got " + kind_of(object));
  }
  const double value = PyFloat_AsDouble(object);
  if (value == -1.0 && PyErr_Occurred() != nullptr) {
    throw py::error_already_set();
  }
  if (!(value > 0)) {
    throw ValueError("timeout_ms: expected more than 0 milliseconds, got " + std::string(py::str(object)) +
                     "; None waits without limit");
  }
  return value;
}

Deadline deadline_after(double timeout_ms) {
  constexpr double longest_ms = 1e12;  // 30 years: nobody sees the difference, and no clock overflows.
  if (!(timeout_ms < longest_ms)) {
    return Deadline::max();
  }
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(timeout_ms));
}

std::string to_string(PyObject* object, const std::string& what) {
  if (!PyUnicode_Check(object)) {
    throw TypeError(what + ": expected str, got " + kind_of(object));
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) {
    PyErr_Clear();
    throw ValueError(what + ": not valid Unicode text");
  }
  return std::string(text, static_cast<std::size_t>(size));
}

py::dict to_dict(PyObject* object, const std::string& what, const std::string& expected) {
  if (PyDict_Check(object)) {
    return py::reinterpret_borrow<py::dict>(object);
  }
  if (PyMapping_Check(object) != 0 && PyObject_HasAttrString(object, "keys") != 0) {
    return py::dict(py::reinterpret_borrow<py::object>(object));
  }
  throw TypeError(what + ": expected " + expected + ", got " + kind_of(object));
}

}  // namespace hbm
