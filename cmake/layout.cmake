# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

# Where the Python package lies: once installed (HBM_PYTHON_PACKAGE_DIR, relative to the prefix), and in the build tree
# (HBM_PYTHON_BUILD_DIR), which is laid out alike so that tests run on it without an installation.
include(GNUInstallDirs)

if(NOT HBM_PYTHON_PACKAGE_DIR)
  if(NOT HBM_PIP_BUILD)
    find_package(ament_cmake_python REQUIRED)
    _ament_cmake_python_get_python_install_dir()
    set(HBM_PYTHON_INSTALL_DIR "${PYTHON_INSTALL_DIR}")
  else()
    set(HBM_PYTHON_INSTALL_DIR
      "${CMAKE_INSTALL_LIBDIR}/python${Python3_VERSION_MAJOR}.${Python3_VERSION_MINOR}/site-packages")
  endif()
  set(HBM_PYTHON_PACKAGE_DIR "${HBM_PYTHON_INSTALL_DIR}/hbm_runtime_core")
endif()
set(HBM_PYTHON_BUILD_DIR "${CMAKE_BINARY_DIR}/python/hbm_runtime_core")

# Links every file of a Python package from the source tree into the build tree, file by file: the folders themselves
# are real, because the libraries are built into them.
function(hbm_link_python_package source_dir build_dir)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE "${source_dir}"
    "${source_dir}/*.py" "${source_dir}/*.pyi" "${source_dir}/py.typed" "${source_dir}/*.json"
    "${source_dir}/*.cmake")
  foreach(file IN LISTS files)
    get_filename_component(folder "${build_dir}/${file}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    file(CREATE_LINK "${source_dir}/${file}" "${build_dir}/${file}" SYMBOLIC)
  endforeach()
endfunction()
