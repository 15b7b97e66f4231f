# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executable `inference_node`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from queue import SimpleQueue

import rclpy
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from .errors import ConfigurationError
from .executor_thread import ExecutorThread
from .inference_node import InferenceNode
from .memory import keep_freed_memory
from .model_files import folder_of_parameter_file
from .parameters import DEFAULT_NODE_NAME

# A thread that returns from the device waits for whoever runs Python code to yield. Python's 5 ms are half an inference.
_SWITCH_INTERVAL_S = 0.0005
_JOIN_S = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until it is told to stop. Return the exit code: 1 where it could not start."""
    arguments = list(sys.argv if arguments is None else arguments)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    keep_freed_memory()
    # rclpy's own handler makes the context invalid at once, under the hands of the frames in flight.
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    # Not an Event: a signal that interrupts its wait() or set() would wait for a lock that this thread holds itself.
    stops: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stops.put(None))
    try:
        return _run(arguments, stops)
    finally:
        rclpy.try_shutdown()


def _run(arguments: Sequence[str], stops: SimpleQueue[None]) -> int:
    try:
        node = InferenceNode(model_dir=folder_of_parameter_file(arguments))
    except ConfigurationError as error:
        get_logger(DEFAULT_NODE_NAME).fatal(f"cannot start: {error}")
        return 1
    # The executor has threads of its own, so that this one hears signals, and services answer while models load.
    executor = ExecutorThread(node, node.get_logger().error)
    executor.start()
    try:
        started = not node.autostart or node.start()
        if started:
            stops.get()
        return 0 if started else 1
    finally:
        node.stop()
        executor.stop(_JOIN_S)
        node.destroy_node()
