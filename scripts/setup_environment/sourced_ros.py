# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

"""Looks whether a sourced ROS 2 has what the node, its launch files and its tests use."""

from __future__ import annotations

import json
import subprocess

from .progress import SetupError
from .workspace import Workspace

_MODULES = (
    "cv_bridge",
    "diagnostic_updater",
    "domain_coordinator",
    "launch_ros",
    "launch_testing_ros",
    "rosidl_generator_py",
    "sensor_msgs",
)
_QUERY = """
import importlib.util, json, sys
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]))
"""


def require_ros_packages(workspace: Workspace) -> None:
    """Raises SetupError with the missing packages' names; installing ROS 2 is the user's affair."""
    command = [str(workspace.python), "-c", _QUERY, *_MODULES]
    missing = json.loads(subprocess.check_output(command, env=workspace.tool_environment(), text=True))
    if missing:
        packages = " ".join(f"ros-{workspace.sourced_ros}-{name.replace('_', '-')}" for name in missing)
        raise SetupError(
            f"The sourced ROS 2 {workspace.sourced_ros} lacks {', '.join(missing)}. "
            f"Install them (apt-get install {packages}), then run the same command again."
        )
