# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# The interpreter, and the CMake packages that its wheels bring (pybind11, openvino).
if(HBM_BUILD_PYTHON)
  find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
else()
  find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter)
endif()

# pybind11 looks for `Python`, rosidl for `Python3`: one interpreter for both.
set(PYBIND11_FINDPYTHON ON)
set(Python_EXECUTABLE "${Python3_EXECUTABLE}")

# The CMake package in the wheel of `module`, if there is such a wheel; the system's own is found otherwise. The module is
# not imported for that: some modules do more than answer when they are imported.
function(hbm_hint_wheel_cmake_dir variable module folder)
  if(${variable})
    return()
  endif()
  execute_process(
    COMMAND "${Python3_EXECUTABLE}" -c "import importlib.util; print(importlib.util.find_spec('${module}').origin)"
    OUTPUT_VARIABLE origin OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed ERROR_QUIET)
  get_filename_component(directory "${origin}/../${folder}" ABSOLUTE)
  if(NOT failed AND IS_DIRECTORY "${directory}")
    set(${variable} "${directory}" CACHE PATH "CMake package of the ${module} wheel")
  endif()
endfunction()

if(HBM_BUILD_PYTHON)
  hbm_hint_wheel_cmake_dir(pybind11_DIR pybind11 share/cmake/pybind11)
  find_package(pybind11 2.9 CONFIG REQUIRED)
endif()
if(HBM_BUILD_OPENVINO_ENGINE)
  hbm_hint_wheel_cmake_dir(OpenVINO_DIR openvino cmake)
  find_package(OpenVINO QUIET COMPONENTS Runtime)
  set(remedy "Install it for ${Python3_EXECUTABLE} (pip install openvino), or name its folder with -DOpenVINO_DIR=...")
  if(OpenVINO_FOUND)
    set(HBM_BUILD_OPENVINO_ENGINE ON)
  elseif(HBM_BUILD_OPENVINO_ENGINE STREQUAL "AUTO")
    message(STATUS "simulator without networks: OpenVINO is not installed. ${remedy}")
    set(HBM_BUILD_OPENVINO_ENGINE OFF)
  else()
    message(FATAL_ERROR "OpenVINO is not installed, and HBM_BUILD_OPENVINO_ENGINE is ON. ${remedy}")
  endif()
endif()

# Compiles what is installed into `folder`, below the prefix: whoever runs it may not be allowed to write there, and would
# compile it at every start.
function(hbm_compile_python folder)
  install(CODE "
    set(installed \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}\")
    execute_process(COMMAND \"${Python3_EXECUTABLE}\" -m compileall -q -s \"\$ENV{DESTDIR}\" \"\${installed}\" COMMAND_ERROR_IS_FATAL ANY)")
endfunction()
