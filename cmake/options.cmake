# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" HBM_PROCESSOR)
if(HBM_PROCESSOR MATCHES "^(x86_64|amd64)$")
  set(HBM_OPENVINO_ENGINE_DEFAULT AUTO)
else()
  set(HBM_OPENVINO_ENGINE_DEFAULT OFF)
endif()

option(HBM_PIP_BUILD "Build the Python package alone, as pip does, even where a ROS 2 is sourced" OFF)
option(HBM_BUILD_PYTHON "Build the Python module hbm_runtime_core._native" ON)
set(HBM_BUILD_OPENVINO_ENGINE ${HBM_OPENVINO_ENGINE_DEFAULT} CACHE STRING
  "Build the simulator's OpenVINO engine, which computes networks: ON, OFF, or AUTO, where OpenVINO is found")
set_property(CACHE HBM_BUILD_OPENVINO_ENGINE PROPERTY STRINGS AUTO ON OFF)
# The standard option, which ament has too.
option(BUILD_TESTING "Build and register the tests" ON)
set(HBM_SANITIZE "" CACHE STRING "Sanitizers: empty, 'address,undefined' or 'thread'")
set_property(CACHE HBM_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")
