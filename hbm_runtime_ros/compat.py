# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Differences between the ROS 2 distributions, and all uses of private members of rclpy, each with its reason."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from typing import Any

import rclpy
from rclpy.callback_groups import CallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.lifecycle import LifecycleNode
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.parameter import Parameter

from hbm_runtime_core.host import log_folder_problem

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks

_DISTRIBUTION = os.environ.get("ROS_DISTRO", "")
_IS_HUMBLE = _DISTRIBUTION == "humble"
_HAS_FAST_DDS_2 = _DISTRIBUTION in ("humble", "jazzy")

# Variables that name a Fast DDS profile. Fast DDS 2 (Humble, Jazzy) reads the first, its later releases also the second;
# Fast DDS 3 (Kilted) reads the second and warns about the first.
DDS_PROFILE_VARIABLES = (*(["FASTRTPS_DEFAULT_PROFILES_FILE"] if _HAS_FAST_DDS_2 else []), "FASTDDS_DEFAULT_PROFILES_FILE")

# Whether a publisher has an event for matched subscriptions. Humble's has none and must be polled.
PUBLISHER_HAS_MATCHED_EVENT = "matched" in inspect.signature(PublisherEventCallbacks).parameters

# Raised where an entity was destroyed while an executor was waiting on it (https://github.com/ros2/rclpy/issues/1206).
InvalidHandle: type[Exception] = _rclpy.InvalidHandle

__all__ = ["DDS_PROFILE_VARIABLES", "PUBLISHER_HAS_MATCHED_EVENT", "InvalidHandle", "PublisherEventCallbacks"]


def start_rclpy(name: str, arguments: Sequence[str], **options: Any) -> None:
    """Call rclpy.init(), also on a host where ROS cannot write log files, such as one with a read-only disk.

    rcl ends with an error there, unless it is asked to log to the console and /rosout alone.

    Args:
        name: of the logger that warns about it.
        arguments: of the command line.
        options: further arguments of rclpy.init().

    Raises:
        RuntimeError: a parameter file or an argument cannot be read.
    """
    problem = log_folder_problem()
    rclpy.init(args=[*arguments, *(["--ros-args", "--disable-external-lib-logs"] if problem else [])], **options)
    if problem:
        get_logger(name).warning(str(problem))


def param_set_timeout(seconds: int) -> list[str]:
    """Return the options that let `ros2 param set` wait for a node it has not found yet. Humble's waits one second."""
    return [] if _IS_HUMBLE else ["--timeout", str(seconds)]


def given_parameters(node: Node) -> Mapping[str, Parameter]:
    """Return the parameters that the command line, parameter files or the program gave to `node`, declared or not.

    rclpy has no public accessor for those that are not declared (https://github.com/ros2/rclpy/issues/822).
    """
    overrides: Mapping[str, Parameter] = node._parameter_overrides
    return overrides


def run_transitions_in(node: LifecycleNode, group: CallbackGroup) -> None:
    """Run the service ~/change_state in `group`, and answer requests that the state does not allow.

    LifecycleNode takes one group for all of its services, but ~/get_state must answer while a transition runs. Before
    rclpy 8, an invalid transition raises inside the service, and the client waits for ever
    (https://github.com/ros2/rclpy/pull/1319).
    """
    service = node._service_change_state
    machine = node._state_machine
    change_state = service.callback

    def answer(request: Any, response: Any) -> Any:
        wanted = request.transition
        possible = {label: number for number, label, *_ in machine.available_transitions}
        if wanted.label in possible or (not wanted.label and wanted.id in possible.values()):
            return change_state(request, response)
        names = {number: label for number, label, *_ in machine.transition_graph}
        node.get_logger().warning(
            f"cannot {wanted.label or names.get(wanted.id, f'make transition {wanted.id}')} while "
            f"{machine.current_state[1]}; possible from here: {', '.join(possible) or 'nothing'}"
        )
        response.success = False
        return response

    service.callback = answer
    group.add_entity(service)
    service.callback_group = group


def destroy_state_machine(node: LifecycleNode) -> None:
    """Destroy the state machine of `node`, which destroy_node() leaves out.

    It holds the node: the files of DDS in shared memory would outlive the process.
    """
    node._state_machine.destroy_when_not_in_use()
