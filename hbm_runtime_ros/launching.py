# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the launch files of this package have in common; also for launch files of others."""

from __future__ import annotations

import os
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import SetEnvironmentVariable
from launch_ros.actions import Node

from .parameters import DEFAULT_NODE_NAME

PACKAGE = "hbm_runtime_ros"

# Fast DDS 2 (Humble, Jazzy) reads either, Fast DDS 3 (Kilted) the second alone.
_PROFILE_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


def dds_profile() -> list[SetEnvironmentVariable]:
    """Give every node of a launch shared memory for pictures, unless the user has chosen a profile."""
    if any(os.environ.get(variable) for variable in _PROFILE_VARIABLES):
        return []
    profile = str(Path(get_package_share_directory(PACKAGE)) / "config" / "fastdds.xml")
    return [SetEnvironmentVariable(variable, profile) for variable in _PROFILE_VARIABLES]


def inference_node(
    params_file: str, *, namespace: str = "", backend: str = "", log_level: str = "info", name: str = DEFAULT_NODE_NAME
) -> Node:
    """Return the action that starts an inference node.

    Args:
        params_file: its parameters; model files in it may be relative to it.
        namespace: of the node and of relative topic names.
        backend: bpu, sim or auto; empty leaves it to the parameter file.
        log_level: debug, info, warn, error or fatal.
        name: of the node.

    Raises:
        FileNotFoundError: there is no such parameter file.
    """
    file = Path(params_file).expanduser().absolute()
    if not file.is_file():
        raise FileNotFoundError(f"params_file: there is no file {file}; name the YAML file with the node's parameters")
    parameters: list[str | dict[str, str]] = [str(file), {"model_dir": str(file.parent)}]
    if backend:
        parameters.append({"backend": backend})
    return Node(
        package=PACKAGE,
        executable="inference_node",
        name=name,
        namespace=namespace,
        parameters=parameters,
        arguments=["--ros-args", "--log-level", f"{name}:={log_level}"],
        output="screen",
        emulate_tty=True,
    )
