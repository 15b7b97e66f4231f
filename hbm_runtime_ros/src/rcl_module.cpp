// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// hbm_runtime_ros._rcl: takes and publishes the messages of rclpy's subscriptions and publishers without the GIL.
#include <pybind11/pybind11.h>

#include "bindings/interpreter.hpp"
#include "message_publisher.hpp"
#include "topic_reader.hpp"

PYBIND11_MODULE(_rcl, module) {
  module.doc() = "Takes and publishes serialized and loaned messages through rcl, without the GIL.";
  hbm::watch_interpreter_exit();
  hbm_ros::define_topic_reader(module);
  hbm_ros::define_message_publisher(module);
}
