# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# How every C++ target of the project is compiled. Targets of generated ROS messages are not ours to warn about:
# a target asks for warnings with hbm_target_defaults().
set(CMAKE_CXX_STANDARD 17)
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

# Warnings and hidden symbols: a library of ours exports what it marks, and nothing else.
function(hbm_target_defaults target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  set_target_properties(${target} PROPERTIES
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
endfunction()
