# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The executable `inference_node`."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

import rclpy
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from hbm_runtime_core.host import memory_limit_problem, open_files_problem

from ._rcl import exit_after
from .compat import start_rclpy
from .errors import ConfigurationError
from .group_threads import NodeExecutor
from .inference_node import InferenceNode
from .memory import keep_freed_memory, remove_abandoned_segments
from .parameters import DEFAULT_NODE_NAME
from .parameters.files import ParameterFiles

# A thread that returns from the device waits until the thread that holds the GIL yields. The default interval of 5 ms is
# half an inference.
_SWITCH_INTERVAL_S = 0.0005

# For frames in flight and for a model that is being loaded, at shutdown. The sender of the signal waits 2 s in all.
_STOP_TIMEOUT_S = 1.0
_JOIN_S = 0.2
_LEAVE_GRAPH_TIMEOUT_S = 3.0

_HELP = """\
Runs BPU models on frames from topics. A parameter file names the models:
  ros2 run hbm_runtime_ros inference_node --ros-args --params-file params.yaml
  ros2 launch hbm_runtime_ros inference.launch.py params_file:=$PWD/params.yaml
Parameters of a running node:
  ros2 param describe /hbm_inference <parameter>"""

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# No signal has this number.
_START_FAILED = b"\0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node until a signal. Return the exit code: 1 where it could not start."""
    arguments = list(sys.argv if arguments is None else arguments)
    if not {"-h", "--help"}.isdisjoint(arguments):
        print(_HELP)
        return 0
    # Python writes each signal into the pipe when it arrives. Its handlers run in the main thread only, whose wait does not
    # end where the signal came just before it, or where the system gave the signal to another thread.
    stops, stop = os.pipe()
    os.set_blocking(stop, False)
    signal.set_wakeup_fd(stop, warn_on_full_buffer=False)
    for number in _STOP_SIGNALS:
        signal.signal(number, lambda *_: None)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    keep_freed_memory()
    remove_abandoned_segments()
    try:
        # rclpy's own handler invalidates the context while frames are still in flight.
        start_rclpy(DEFAULT_NODE_NAME, arguments, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # a parameter file or an argument that cannot be read
        print(f"{DEFAULT_NODE_NAME}: cannot start: {error}", *_limits(), sep="\n", file=sys.stderr)
        return 1
    try:
        return _run(arguments, stops, stop)
    finally:
        rclpy.try_shutdown()


def _run(arguments: Sequence[str], stops: int, stop: int) -> int:
    """Run the node until a signal, or a start that failed, is written to `stop`, which `stops` reads."""
    try:
        node = InferenceNode(parameter_files=ParameterFiles(arguments))
    except ConfigurationError as error:
        get_logger(DEFAULT_NODE_NAME).fatal(f"cannot start: {error}")
        return 1
    # The executor has threads of its own, so that this thread can always handle signals.
    executor = NodeExecutor(node)
    executor.start()

    def start() -> None:
        if not node.start():
            for limit in _limits():
                node.get_logger().warning(limit)
            os.write(stop, _START_FAILED)

    if node.autostart:
        executor.run_slow(start)
    exit_code = int(os.read(stops, 1) == _START_FAILED)
    # One signal is enough; a second signal could arrive during interpreter shutdown.
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    deadline_s = time.monotonic() + _STOP_TIMEOUT_S
    node.stop(_STOP_TIMEOUT_S)
    executor.stop(max(_JOIN_S, deadline_s - time.monotonic()))
    held = sorted(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
    if held:
        node.get_logger().warning(f"ending without the threads that the device still holds: {', '.join(held)}")
    # Fast DDS 2.14 can wait without end, and with the GIL, for what it destroys while another process appears.
    exit_after(_LEAVE_GRAPH_TIMEOUT_S, exit_code)
    node.destroy_node()
    rclpy.try_shutdown()
    if held:
        # They are in native code, for which the shutdown of the interpreter would wait.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
    return exit_code


def _limits() -> list[str]:
    """Limits of this process that can be why it cannot start, each with its remedy."""
    return [str(problem) for problem in (open_files_problem(), memory_limit_problem()) if problem]
