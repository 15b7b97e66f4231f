# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# Only for the tests: makes the package of this project's name from its msg/*.msg, for where it is not installed. DEPENDENCIES
# are the packages whose messages its own hold. Nobody uses them in C++, whose generators take half the time.
macro(hbm_message_package)
  cmake_parse_arguments(package "" "" "DEPENDENCIES" ${ARGN})
  find_package(ament_cmake REQUIRED)
  find_package(rosidl_default_generators REQUIRED)
  foreach(dependency IN LISTS package_DEPENDENCIES)
    find_package(${dependency} REQUIRED)
  endforeach()
  list(FILTER AMENT_EXTENSIONS_rosidl_generate_idl_interfaces EXCLUDE REGEX "_cpp:")

  file(GLOB interfaces CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "msg/*.msg")
  rosidl_generate_interfaces(${PROJECT_NAME} ${interfaces} DEPENDENCIES ${package_DEPENDENCIES})
  set_target_properties(${PROJECT_NAME}__rosidl_typesupport_fastrtps_c PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  ament_export_dependencies(rosidl_default_runtime)
  ament_package()
endmacro()
