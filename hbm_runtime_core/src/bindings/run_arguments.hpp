// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/task_pool.hpp"

namespace hbm {

/// Arguments of run() and run_async() in their places; None and absent are null. Borrowed.
struct RunArguments {
  PyObject* input = nullptr;
  PyObject* model_name = nullptr;
  PyObject* priority = nullptr;
  PyObject* bpu_cores = nullptr;
  PyObject* custom_id = nullptr;
  PyObject* device_id = nullptr;
  PyObject* timeout_ms = nullptr;
  PyObject* outputs = nullptr;
  PyObject* timing = nullptr;
  /// The input was given as multi_input_tensors=.
  bool is_multi_input = false;

  bool has_scheduling() const {
    return priority != nullptr || bpu_cores != nullptr || custom_id != nullptr || device_id != nullptr;
  }
};

/// How CPython passes arguments to a function with METH_FASTCALL | METH_KEYWORDS: the named ones come after the
/// positional ones, their names in a tuple or null. Borrowed.
struct VectorCall {
  PyObject* const* arguments;
  Py_ssize_t positional_count;
  PyObject* keyword_names;
};

/// Throws TypeError for what is unknown, missing or given twice.
RunArguments parse_run_arguments(const char* function, const VectorCall& call);

/// Null for None. Borrowed.
inline PyObject* or_null(const pybind11::object& object) { return object.is_none() ? nullptr : object.ptr(); }

/// An int, or what counts as one, such as True or numpy.int64. `what` names it in errors.
std::int64_t to_int64(PyObject* object, const std::string& what);

/// The items of a list or any other iterable. TypeError that says what is `expected` for text, mappings and everything
/// that is not iterable.
pybind11::list to_list(PyObject* object, const std::string& what, const std::string& expected);

/// A list of ints, or any other iterable of them.
std::vector<std::int64_t> to_int64_list(PyObject* object, const std::string& what);

/// What a caller passed where a list of ints is expected, written as one for an error; `otherwise` where it holds none.
std::string written_numbers(PyObject* object, const std::string& otherwise);

/// A time limit in milliseconds; infinite means none.
double to_timeout_ms(PyObject* object);
Deadline deadline_after(double timeout_ms);

/// `str` to UTF-8; TypeError that names `what` for anything else.
std::string to_string(PyObject* object, const std::string& what);

/// A dictionary, or any other mapping.
bool is_mapping(PyObject* object);

/// What an argument that has to be a dictionary is called, should hold, and looks like when written out.
struct ExpectedDict {
  std::string what;
  std::string form;
  std::string example;
};

[[noreturn]] void throw_not_a_dict(PyObject* object, const ExpectedDict& expected);

/// The object itself if it is a dict, else a dict made of any other mapping; TypeError otherwise. `describe` gives the
/// ExpectedDict for the error alone.
template <typename Describe>
pybind11::dict to_dict(PyObject* object, const Describe& describe) {
  if (PyDict_Check(object)) {
    return pybind11::reinterpret_borrow<pybind11::dict>(object);
  }
  if (!is_mapping(object)) {
    throw_not_a_dict(object, describe());
  }
  return pybind11::dict(pybind11::reinterpret_borrow<pybind11::object>(object));
}

/// `int`, `numpy.ndarray` …
std::string kind_of(PyObject* object);

}  // namespace hbm
