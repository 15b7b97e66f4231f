# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# How every C++ target of the project is compiled. Targets of generated ROS messages are not ours to warn about:
# a target asks for warnings with hbm_target_defaults().
if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

get_property(HBM_MULTI_CONFIG GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT HBM_MULTI_CONFIG AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release unless asked otherwise: an inference path is measured" FORCE)
endif()

if(HBM_SANITIZE)
  add_compile_options(-fsanitize=${HBM_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${HBM_SANITIZE})
endif()

find_package(Threads REQUIRED)

# Optimization across files is chosen target by target, and for every module that pybind11 makes it is the default.
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
include(CheckIPOSupported)
check_ipo_supported(RESULT HBM_IPO_SUPPORTED OUTPUT HBM_IPO_REASON LANGUAGES CXX)

# Optimizes the functions of `target` across its files and libraries, in a release.
function(hbm_optimize_across_files target)
  if(HBM_IPO_SUPPORTED AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT HBM_SANITIZE)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

# Compiles the sources of `target` in groups of `size`, each group as one: the headers that all of them include, and what
# these define inline, take most of the time.
function(hbm_compile_in_groups target size)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${size})
endfunction()

# Parses `headers` once for all C++ sources of `target`.
function(hbm_precompile_headers target)
  foreach(header IN LISTS ARGN)
    target_precompile_headers(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:<${header}$<ANGLE-R>>")
  endforeach()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # ccache asks for it.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endfunction()

# Warnings and hidden symbols: a library of ours exports what it marks, and nothing else.
function(hbm_target_defaults target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  set_target_properties(${target} PROPERTIES
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
endfunction()
