# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# What the ament package adds to the core: messages, the node's Python code, launch files and configuration.
find_package(rosidl_default_generators REQUIRED)
find_package(builtin_interfaces REQUIRED)
find_package(rcl REQUIRED)
find_package(rcl_interfaces REQUIRED)
find_package(std_msgs REQUIRED)
find_package(sensor_msgs REQUIRED)

# The generator exports the folder of numpy's headers. CMake refuses that where the Python environment lies in the
# checkout, as .workspace/ does; nobody needs it after the build.
function(hbm_keep_environment_out_of_exports target)
  get_target_property(exported ${target} INTERFACE_INCLUDE_DIRECTORIES)
  list(TRANSFORM exported REPLACE "^(${CMAKE_SOURCE_DIR}/.*)$" "$<BUILD_INTERFACE:\\1>")
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${exported}")
endfunction()

# A module of an earlier version that is gone would hide a new one: a folder services/ hides services.py.
install(CODE
  "file(REMOVE_RECURSE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${HBM_PYTHON_INSTALL_DIR}/hbm_runtime_ros\")")

file(GLOB interfaces CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "msg/*.msg" "srv/*.srv")
if(interfaces)
  rosidl_generate_interfaces(${PROJECT_NAME} ${interfaces}
    DEPENDENCIES builtin_interfaces rcl_interfaces std_msgs sensor_msgs)
  ament_export_dependencies(rosidl_default_runtime)
  hbm_keep_environment_out_of_exports(${PROJECT_NAME}__rosidl_generator_py)
endif()

# Generated code is headers for the most part, and copies arrays as a whole: parsed once a library and optimized little, it
# is as fast and takes a third of the time to compile.
foreach(part IN ITEMS typesupport_cpp typesupport_introspection_cpp typesupport_fastrtps_cpp typesupport_fastrtps_c)
  set(target ${PROJECT_NAME}__rosidl_${part})
  if(TARGET ${target})
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
    if(part MATCHES "fastrtps")
      # Each of the sources declares the functions for the messages of others that it holds.
      target_compile_options(${target} PRIVATE -Wno-redundant-decls)
      hbm_compile_in_groups(${target} 0)
    else()
      # A source cannot follow one that uses what it specializes.
      hbm_precompile_headers(${target} algorithm array limits memory stdexcept string vector)
    endif()
  endif()
endforeach()

# The generator installs a Python package of the ament package's name. Ours has the same name and is laid over it:
# its __init__.py wins, the generated msg/ and srv/ stay beside it.
install(DIRECTORY hbm_runtime_ros/ DESTINATION "${HBM_PYTHON_INSTALL_DIR}/hbm_runtime_ros"
  FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "src" EXCLUDE PATTERN "__pycache__" EXCLUDE)
hbm_compile_python("${HBM_PYTHON_INSTALL_DIR}/hbm_runtime_ros")
add_subdirectory(hbm_runtime_ros/src)

# `ros2 run hbm_runtime_ros NAME`: the command and the module whose main() it runs.
set(executables
  inference_node hbm_runtime_ros.main
  image_source hbm_runtime_ros.image_source)
while(executables)
  list(POP_FRONT executables name module)
  hbm_install_command(${name} ${module} main "lib/${PROJECT_NAME}")
endwhile()

# Where the generated message headers go: who links the messages finds all. Who needs the tensor library alone links
# hbm_runtime_ros::tensor.
install(DIRECTORY include/ DESTINATION "include/${PROJECT_NAME}")
install(DIRECTORY hbm_runtime_core/include/hbm/tensor DESTINATION "include/${PROJECT_NAME}/hbm" PATTERN dtype.hpp EXCLUDE)
set_target_properties(hbm_tensor PROPERTIES EXPORT_NAME tensor)
install(TARGETS hbm_tensor EXPORT ${PROJECT_NAME}_tensor)
ament_export_targets(${PROJECT_NAME}_tensor)

install(DIRECTORY launch config DESTINATION "share/${PROJECT_NAME}" PATTERN "__pycache__" EXCLUDE)
