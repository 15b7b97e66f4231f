# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executable `inference_node`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import rclpy
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.logging import get_logger

from .errors import ConfigurationError
from .inference_node import InferenceNode
from .model_files import folder_of_parameter_file
from .parameters import DEFAULT_NODE_NAME

# A thread that returns from the device waits for whoever runs Python code to yield. Python's 5 ms are half an inference.
_SWITCH_INTERVAL_S = 0.0005


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop. Return the exit code: 1 where it could not start."""
    arguments = list(sys.argv if arguments is None else arguments)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    rclpy.init(args=arguments)
    try:
        return _run(arguments)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    finally:
        rclpy.try_shutdown()


def _run(arguments: Sequence[str]) -> int:
    try:
        node = InferenceNode(model_dir=folder_of_parameter_file(arguments))
    except ConfigurationError as error:
        get_logger(DEFAULT_NODE_NAME).fatal(f"cannot start: {error}")
        return 1
    executor = MultiThreadedExecutor(num_threads=node.thread_count)
    try:
        if node.autostart and not _start(node):
            return 1
        executor.add_node(node)
        executor.spin()
        return 0
    finally:
        executor.shutdown(timeout_sec=1.0)
        node.destroy_node()


def _start(node: InferenceNode) -> bool:
    return all(trigger() == TransitionCallbackReturn.SUCCESS for trigger in (node.trigger_configure, node.trigger_activate))
