// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "rcl_entity.hpp"

#include <rcl/error_handling.h>

#include <cstdint>
#include <utility>

#include "bindings/interpreter.hpp"

namespace py = pybind11;

namespace hbm_ros {

EnteredHandle::EnteredHandle(py::object handle) : handle_(std::move(handle)) {
  handle_.attr("__enter__")();
  pointer_ = reinterpret_cast<void*>(handle_.attr("pointer").cast<std::uintptr_t>());
}

EnteredHandle::~EnteredHandle() {
  const hbm::InterpreterVisit visit;
  if (!visit.allowed()) {
    handle_.release();  // the process is ending
    return;
  }
  try {
    handle_.attr("__exit__")(py::none(), py::none(), py::none());
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("leaving a handle of rclpy");
  }
  handle_ = py::object();
}

std::string last_rcl_error() {
  std::string text = rcl_error_is_set() ? rcl_get_error_string().str : "unknown error";
  rcl_reset_error();
  return text;
}

}  // namespace hbm_ros
