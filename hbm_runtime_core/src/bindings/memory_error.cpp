// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings/memory_error.hpp"

#include <pybind11/pybind11.h>

#include <new>

namespace py = pybind11;

namespace hbm {
namespace {

constexpr const char* kReason = "the host is out of memory";

// pybind11 throws std::runtime_error where Python could not make an object, and leaves Python's own error pending.
bool is_memory_error_pending() { return PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(PyExc_MemoryError) != 0; }

}  // namespace

void throw_if_out_of_memory(const char* function, const std::string& model) {
  std::string reason;
  try {
    throw;
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_MemoryError)) {
      return;
    }
    // NumPy's says how much was asked for, Python's nothing.
    reason = py::str(error.value());
  } catch (const std::bad_alloc&) {
  } catch (const std::exception&) {
    if (!is_memory_error_pending()) {
      return;
    }
  } catch (...) {
    return;
  }
  const std::string text = std::string(function) + ": " + (reason.empty() ? kReason : reason) +
                           (model.empty() ? "" : "; model '" + model + "'");
  PyErr_SetString(PyExc_MemoryError, text.c_str());
  throw py::error_already_set();
}

bool set_memory_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    PyErr_SetString(PyExc_MemoryError, kReason);
    return true;
  } catch (const py::error_already_set&) {
    return false;
  } catch (const std::exception&) {
    return is_memory_error_pending();
  } catch (...) {
    return false;
  }
}

void register_memory_error_translation() {
  // NOLINTNEXTLINE(performance-unnecessary-value-param): the signature is pybind11's.
  py::register_local_exception_translator([](std::exception_ptr error) {
    if (!set_memory_error(error)) {
      std::rethrow_exception(error);
    }
  });
}

}  // namespace hbm
