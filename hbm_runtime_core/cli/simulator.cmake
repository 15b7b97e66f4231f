# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds a CMake project that was written for the board on a PC, against the simulator:
#
#   cmake -S PROJECT -B build -DCMAKE_PROJECT_INCLUDE=<full path of this file>
#
# Written by `hbm sim-env --cmake`. Needs CMake 3.18.

include_guard(GLOBAL)

# The board that the project is built for; its programs run with the same HBM_SIM_SOC in their environment.
set(HBM_SIM_SOC @SOC@)
message(STATUS "Building for the simulator: run the programs with HBM_SIM_SOC=${HBM_SIM_SOC}")

# Programs may include the board's display header without drawing on a display; this one declares nothing.
file(WRITE "${CMAKE_BINARY_DIR}/hbm_sim/sp_display.h" "#pragma once\n")

include_directories(BEFORE @INCLUDE_DIRS@ "${CMAKE_BINARY_DIR}/hbm_sim")
link_directories(BEFORE @LIBRARY_DIR@)
list(APPEND CMAKE_BUILD_RPATH @LIBRARY_DIR@)
list(APPEND CMAKE_INSTALL_RPATH @LIBRARY_DIR@)

# Answers a project that reads the name of the board's SoC; everything else is CMake's own file().
function(file)
  if(ARGC GREATER 2 AND ARGV0 MATCHES "^(READ|STRINGS)$" AND ARGV1 STREQUAL "/sys/class/boardinfo/soc_name")
    set("${ARGV2}" "${HBM_SIM_SOC}" PARENT_SCOPE)
    return()
  endif()
  # Each argument is quoted by itself: a list, an empty text and a backslash arrive as they were.
  set(_hbm_sim_call "_file(")
  math(EXPR _hbm_sim_last "${ARGC} - 1")
  foreach(_hbm_sim_i RANGE ${_hbm_sim_last})
    string(APPEND _hbm_sim_call " [=====[\n${ARGV${_hbm_sim_i}}]=====]")
  endforeach()
  cmake_language(EVAL CODE "${_hbm_sim_call})")
  # What it has set belongs to the caller.
  foreach(_hbm_sim_i RANGE ${_hbm_sim_last})
    set(_hbm_sim_name "${ARGV${_hbm_sim_i}}")
    if(_hbm_sim_name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$" AND DEFINED "${_hbm_sim_name}")
      set("${_hbm_sim_name}" "${${_hbm_sim_name}}" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()
