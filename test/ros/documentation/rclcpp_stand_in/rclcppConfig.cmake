# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# What the documentation's C++ package takes of rclcpp, which no wheel has.
add_library(rclcpp::rclcpp INTERFACE IMPORTED)
target_include_directories(rclcpp::rclcpp INTERFACE "${CMAKE_CURRENT_LIST_DIR}/include")
