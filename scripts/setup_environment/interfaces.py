# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Generates the interface packages that upstream's launch_ros imports and that have no wheel."""

from __future__ import annotations

import shutil

from .progress import Progress
from .ros_tools import interface_sources
from .workspace import Workspace

# launch_ros is Python: the generators for C++, which take half of the time, are left out.
_CMAKE_LISTS = """\
cmake_minimum_required(VERSION 3.22)
project({package})
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
find_package(rcl_interfaces REQUIRED)
file(GLOB interfaces RELATIVE "${{CMAKE_CURRENT_SOURCE_DIR}}" "srv/*.srv" "msg/*.msg")
list(FILTER AMENT_EXTENSIONS_rosidl_generate_idl_interfaces EXCLUDE REGEX "_cpp:")
rosidl_generate_interfaces({package} ${{interfaces}} DEPENDENCIES rcl_interfaces)
ament_package()
"""


def build_interfaces(workspace: Workspace, package: str, progress: Progress) -> None:
    """Builds `package` from its definitions and installs it into the environment, beside the wheels."""
    source = interface_sources(workspace, package)
    (source / "CMakeLists.txt").write_text(_CMAKE_LISTS.format(package=package))
    build = workspace.downloads / f"build-{package}"
    shutil.rmtree(build, ignore_errors=True)
    environment = workspace.tool_environment()
    environment.update(
        AMENT_PREFIX_PATH=str(workspace.venv),
        CMAKE_PREFIX_PATH=str(workspace.venv),
        PATH=f"{workspace.venv / 'bin'}:{environment.get('PATH', '')}",
    )
    configure = ["cmake", "-S", str(source), "-B", str(build), "-G", "Ninja", "-DBUILD_TESTING=OFF"]
    options = [f"-DPython3_EXECUTABLE={workspace.python}", f"-DCMAKE_INSTALL_PREFIX={workspace.venv}"]
    progress.run(f"configuring {package}", [*configure, *options], environment)
    progress.run(f"building {package}", ["cmake", "--build", str(build), "--target", "install"], environment)
    shutil.rmtree(build)
