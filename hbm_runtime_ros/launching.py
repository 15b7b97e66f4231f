# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the launch files of this package have in common; also for launch files of others."""

from __future__ import annotations

import os
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import SetEnvironmentVariable
from launch_ros.actions import Node

from .compat import DDS_PROFILE_VARIABLES
from .parameters import DEFAULT_NODE_NAME

PACKAGE = "hbm_runtime_ros"

# A profile of the user's own counts by any of the names that a distribution has for it.
_USERS_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


def dds_profile(name: str = "fastdds.xml") -> list[SetEnvironmentVariable]:
    """Give every node of a launch the Fast DDS profile `name` of config/, unless the user has chosen one."""
    if any(os.environ.get(variable) for variable in _USERS_VARIABLES):
        return []
    profile = str(Path(get_package_share_directory(PACKAGE)) / "config" / name)
    return [SetEnvironmentVariable(variable, profile) for variable in DDS_PROFILE_VARIABLES]


def loaned_messages() -> list[SetEnvironmentVariable]:
    """Let the nodes of a launch lend each other messages of fixed size, the pictures of hbm_img_msgs: nothing is copied.

    The publisher must be started with the same settings. They replace a Fast DDS profile that the user has chosen.
    """
    profile = str(Path(get_package_share_directory(PACKAGE)) / "config" / "fastdds_loans.xml")
    return [
        *(SetEnvironmentVariable(variable, profile) for variable in DDS_PROFILE_VARIABLES),
        SetEnvironmentVariable("RMW_FASTRTPS_USE_QOS_FROM_XML", "1"),
        SetEnvironmentVariable("ROS_DISABLE_LOANED_MESSAGES", "0"),
    ]


def parse_remappings(text: str) -> list[tuple[str, str]]:
    """Return the pairs of `text`: FROM:=TO, several with blanks between them.

    Raises:
        ValueError: a part of it is no such pair.
    """
    pairs = []
    for part in text.split():
        old, separator, new = part.partition(":=")
        if not (old and separator and new):
            raise ValueError(f"remap: '{part}' is not FROM:=TO, for instance image:=camera/image_raw")
        pairs.append((old, new))
    return pairs


def inference_node(
    params_file: str,
    *,
    namespace: str = "",
    backend: str = "",
    log_level: str = "info",
    remap: str = "",
    enclave: str = "",
    name: str = DEFAULT_NODE_NAME,
) -> Node:
    """Return the action that starts an inference node.

    Args:
        params_file: its parameters; model files in it may be relative to it.
        namespace: of the node and of relative topic names.
        backend: bpu, sim or auto; empty leaves it to the parameter file.
        log_level: debug, info, warn, error or fatal.
        remap: other names for topics: FROM:=TO, several with blanks between them.
        enclave: of SROS 2, with the keys and permissions of the node; empty = as ROS chooses.
        name: of the node.

    Raises:
        FileNotFoundError: there is no such parameter file.
        ValueError: `remap` cannot be read.
    """
    file = Path(params_file).expanduser().absolute()
    if not file.is_file():
        raise FileNotFoundError(f"params_file: there is no file {file}; name the YAML file with the node's parameters")
    parameters: list[str | dict[str, str]] = [str(file)]
    if backend:
        parameters.append({"backend": backend})
    return Node(
        package=PACKAGE,
        executable="inference_node",
        name=name,
        namespace=namespace,
        parameters=parameters,
        remappings=parse_remappings(remap),
        arguments=["--ros-args", "--log-level", f"{name}:={log_level}", *(["--enclave", enclave] if enclave else [])],
        output="screen",
        emulate_tty=True,
    )
