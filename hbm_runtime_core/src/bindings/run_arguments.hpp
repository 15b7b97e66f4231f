// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_BINDINGS_RUN_ARGUMENTS_HPP_
#define HBM_BINDINGS_RUN_ARGUMENTS_HPP_

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

  bool has_scheduling() const {
    return priority != nullptr || bpu_cores != nullptr || custom_id != nullptr || device_id != nullptr;
  }
};

/// Takes a vector call apart. Throws TypeError for what is unknown, missing or given twice.
RunArguments parse_run_arguments(const char* function, PyObject* const* arguments, Py_ssize_t positional_count,
                                 PyObject* keyword_names);

/// Null for None. Borrowed.
inline PyObject* or_null(const pybind11::object& object) { return object.is_none() ? nullptr : object.ptr(); }

/// An int (or what counts as one, such as numpy.int64; not bool). `what` names it in errors.
int64_t to_int64(PyObject* object, const std::string& what);

/// A list of ints.
std::vector<int64_t> to_int64_list(PyObject* object, const std::string& what);

/// A time limit in milliseconds; infinite means none.
double to_timeout_ms(PyObject* object);
Deadline deadline_after(double timeout_ms);

/// `str` to UTF-8; TypeError that names `what` for anything else.
std::string to_string(PyObject* object, const std::string& what);

/// The object itself if it is a dict, else a dict made of any other mapping. TypeError that says what `expected` is.
pybind11::dict to_dict(PyObject* object, const std::string& what, const std::string& expected);

/// `int`, `numpy.ndarray` …
std::string kind_of(PyObject* object);

}  // namespace hbm

#endif  // HBM_BINDINGS_RUN_ARGUMENTS_HPP_
