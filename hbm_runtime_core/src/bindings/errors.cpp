// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/errors.hpp"

#include <pybind11/pybind11.h>

#include "bindings/memory_error.hpp"
#include "driver/error.hpp"

namespace py = pybind11;

namespace hbm {
namespace {

template <typename... Arguments>
void raise(const char* class_name, const Arguments&... arguments) {
  const py::object type = py::module_::import("hbm_runtime_core.errors").attr(class_name);
  PyErr_SetObject(type.ptr(), type(arguments...).ptr());
}

// File names need not be UTF-8.
py::object text(const std::string& bytes) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeFSDefaultAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

py::object text_or_none(const std::string& bytes) { return bytes.empty() ? py::object(py::none()) : text(bytes); }

void set_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (py::error_already_set& e) {
    e.restore();
  } catch (const FileError& e) {
    raise("HbmFileNotFoundError", text(e.what()), text(e.path()), e.error_number());
  } catch (const ValueError& e) {
    raise("HbmValueError", text(e.what()));
  } catch (const TimeoutError& e) {
    raise("HbmTimeoutError", text(e.what()), e.code(), text_or_none(e.function()), text_or_none(e.model()));
  } catch (const DeviceError& e) {
    raise("HbmRuntimeError", text(e.what()), e.code(), text_or_none(e.function()), text_or_none(e.model()));
  } catch (const Error& e) {
    raise("HbmRuntimeError", text(e.what()));
  } catch (const TypeError& e) {
    PyErr_SetObject(PyExc_TypeError, text(e.what()).ptr());
  } catch (const py::builtin_exception& e) {
    e.set_error();
  } catch (const std::exception& e) {
    if (!set_memory_error(error)) {
      PyErr_SetString(PyExc_RuntimeError, e.what());
    }
  }
}

}  // namespace

void set_python_error(const std::exception_ptr& error) {
  try {
    set_error(error);
  } catch (py::error_already_set& e) {
    e.restore();  // Making the error failed, so report that failure instead.
  }
}

void register_error_translation() {
  register_memory_error_translation();
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is pybind11's.
  py::register_local_exception_translator([](std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      set_python_error(error);
    } catch (const TypeError&) {
      set_python_error(error);
    }
  });
}

}  // namespace hbm
