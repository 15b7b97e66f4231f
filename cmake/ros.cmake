# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# What the ament package adds to the core: messages, the node's Python code, launch files and configuration.
find_package(rosidl_default_generators REQUIRED)
find_package(builtin_interfaces REQUIRED)
find_package(std_msgs REQUIRED)
find_package(sensor_msgs REQUIRED)

file(GLOB interfaces CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "msg/*.msg" "srv/*.srv")
if(interfaces)
  rosidl_generate_interfaces(${PROJECT_NAME} ${interfaces}
    DEPENDENCIES builtin_interfaces std_msgs sensor_msgs)
  ament_export_dependencies(rosidl_default_runtime)
endif()

# The generator installs a Python package of the ament package's name. Ours has the same name and is laid over it:
# its __init__.py wins, the generated msg/ and srv/ stay beside it.
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/hbm_runtime_ros")
  install(DIRECTORY hbm_runtime_ros/ DESTINATION "${HBM_PYTHON_INSTALL_DIR}/hbm_runtime_ros"
    FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed" PATTERN "src" EXCLUDE PATTERN "__pycache__" EXCLUDE)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/hbm_runtime_ros/src/CMakeLists.txt")
    add_subdirectory(hbm_runtime_ros/src)
  endif()
endif()

foreach(folder IN ITEMS launch config)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
    install(DIRECTORY ${folder} DESTINATION "share/${PROJECT_NAME}" PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()
