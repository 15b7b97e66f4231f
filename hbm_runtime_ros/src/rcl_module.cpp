// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// hbm_runtime_ros._rcl: takes and publishes the messages of rclpy's subscriptions and publishers without the GIL.
#include <pybind11/pybind11.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "bindings/interpreter.hpp"
#include "bindings/memory_error.hpp"
#include "message_publisher.hpp"
#include "topic_reader.hpp"

namespace {

void exit_after(double timeout_s, int exit_code) {
  std::thread([timeout_s, exit_code] {
    std::this_thread::sleep_for(std::chrono::duration<double>(timeout_s));
    _exit(exit_code);
  }).detach();
}

}  // namespace

PYBIND11_MODULE(_rcl, module) {
  module.doc() = "Takes and publishes serialized and loaned messages through rcl, without the GIL.";
  hbm::watch_interpreter_exit();
  hbm::register_memory_error_translation();
  hbm_ros::define_topic_reader(module);
  hbm_ros::define_message_publisher(module);
  module.def("exit_after", &exit_after, pybind11::arg("timeout_s"), pybind11::arg("exit_code"),
             "End the process with `exit_code` after `timeout_s`, if it has not ended by then.");
}
