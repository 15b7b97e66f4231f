// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// hbm_runtime_ros._wire: serialized ROS messages read and written in place, without rclpy's field by field conversion.
#include <pybind11/pybind11.h>

#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "cdr_reader.hpp"
#include "detection_writer.hpp"
#include "message_buffer.hpp"
#include "message_readers.hpp"
#include "result_writer.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_wire, module) {
  module.doc() = "Serialized ROS messages, read and written in place.";
  hbm::watch_interpreter_exit();
  hbm::register_memory_error_translation();
  py::register_exception<hbm_wire::WireError>(module, "WireError", PyExc_ValueError);
  hbm_wire::define_message_readers(module);
  hbm_wire::define_message_buffer(module);
  hbm_wire::define_result_writer(module);
  hbm_wire::define_detection_writer(module);
}
