// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/run_arguments.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

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

// The first six can be passed by position, in this order; the input has one name per form.
constexpr Keyword kKeywords[] = {
    {"input_tensor", &RunArguments::input},    {"model_name", &RunArguments::model_name},
    {"priority", &RunArguments::priority},     {"bpu_cores", &RunArguments::bpu_cores},
    {"custom_id", &RunArguments::custom_id},   {"device_id", &RunArguments::device_id},
    {"input_tensors", &RunArguments::input},   {"multi_input_tensors", &RunArguments::input},
    {"timeout_ms", &RunArguments::timeout_ms}, {"outputs", &RunArguments::outputs},
    {"timing", &RunArguments::timing},
};
constexpr Py_ssize_t kPositionalMost = 6;
constexpr std::string_view kMultiInputKeyword = "multi_input_tensors";

const Keyword* find_keyword(PyObject* name) {
  const auto* found = std::find_if(std::begin(kKeywords), std::end(kKeywords), [name](const Keyword& keyword) {
    return PyUnicode_CompareWithASCIIString(name, keyword.name) == 0;
  });
  return found != std::end(kKeywords) ? found : nullptr;
}

bool is_iterable(PyObject* object) { return Py_TYPE(object)->tp_iter != nullptr || PySequence_Check(object) != 0; }

[[noreturn]] void throw_unknown_keyword(const std::string& function, PyObject* name) {
  std::vector<std::string> known;
  for (const Keyword& keyword : kKeywords) {
    known.emplace_back(keyword.name);
  }
  const std::string given = py::str(name);
  throw TypeError(function + "() has no argument '" + given + "'; it takes " + list_names(known) +
                  suggest_name(given, known));
}

}  // namespace

RunArguments parse_run_arguments(const char* function, const VectorCall& call) {
  RunArguments parsed;
  if (call.positional_count > kPositionalMost) {
    throw TypeError(std::string(function) + "() takes at most " + std::to_string(kPositionalMost) +
                    " positional arguments, got " + std::to_string(call.positional_count));
  }
  for (Py_ssize_t i = 0; i < call.positional_count; ++i) {
    parsed.*kKeywords[i].field = call.arguments[i];
  }
  const Py_ssize_t named_count = call.keyword_names != nullptr ? PyTuple_GET_SIZE(call.keyword_names) : 0;
  for (Py_ssize_t i = 0; i < named_count; ++i) {
    PyObject* name = PyTuple_GET_ITEM(call.keyword_names, i);
    const Keyword* keyword = find_keyword(name);
    if (keyword == nullptr) {
      throw_unknown_keyword(function, name);
    }
    if (parsed.*keyword->field != nullptr) {
      throw TypeError(std::string(function) + "(): duplicate argument '" + keyword->name + "'");
    }
    parsed.*keyword->field = call.arguments[call.positional_count + i];
    parsed.is_multi_input = parsed.is_multi_input || keyword->name == kMultiInputKeyword;
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

std::int64_t to_int64(PyObject* object, const std::string& what) {
  // NumPy's bool counts as a number, but not as an index.
  const std::string_view kind = Py_TYPE(object)->tp_name;
  if (kind == "numpy.bool" || kind == "numpy.bool_") {
    return PyObject_IsTrue(object);
  }
  if (PyIndex_Check(object) == 0) {
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

py::list to_list(PyObject* object, const std::string& what, const std::string& expected) {
  const bool text = PyUnicode_Check(object) || PyBytes_Check(object);
  if (text || !is_iterable(object) || is_mapping(object)) {
    throw TypeError(what + ": expected " + expected + ", got " + kind_of(object));
  }
  const py::object items = py::reinterpret_steal<py::object>(PySequence_List(object));
  if (!items) {
    throw py::error_already_set();
  }
  return py::reinterpret_borrow<py::list>(items);
}

std::vector<std::int64_t> to_int64_list(PyObject* object, const std::string& what) {
  std::vector<std::int64_t> values;
  for (const py::handle item : to_list(object, what, "a list of ints such as [0]")) {
    values.push_back(to_int64(item.ptr(), what));
  }
  return values;
}

std::string written_numbers(PyObject* object, const std::string& otherwise) {
  try {
    return list_numbers(is_iterable(object) ? to_int64_list(object, "")
                                            : std::vector<std::int64_t>{to_int64(object, "")});
  } catch (const std::exception&) {
    return otherwise;
  }
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
  constexpr double kLongestMs = 1e12;  // 30 years are as good as no limit, and no clock overflows.
  if (!(timeout_ms < kLongestMs)) {
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

bool is_mapping(PyObject* object) {
  return PyDict_Check(object) || (PyMapping_Check(object) != 0 && PyObject_HasAttrString(object, "keys") != 0);
}

void throw_not_a_dict(PyObject* object, const ExpectedDict& expected) {
  throw TypeError(expected.what + ": expected " + expected.form + ", got " + kind_of(object) + "; write " +
                  expected.example);
}

}  // namespace hbm
