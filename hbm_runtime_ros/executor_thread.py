# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the node's callbacks run: one thread for those that take no time, another for those that do."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import ExternalShutdownException, ShutdownException, SingleThreadedExecutor, TimeoutException
from rclpy.node import Node
from rclpy.utilities import get_default_context


class ApartCallbackGroup(MutuallyExclusiveCallbackGroup):
    """Callbacks that may take seconds. They run one after another, beside all others."""


class ExecutorThread:
    """Runs the callbacks of one node.

    The models have threads of their own, so hardly any callback takes long, and one thread is enough for them: more would
    wait for each other at Python's lock. Those of an ApartCallbackGroup run in a second one.
    """

    def __init__(self, node: Node, log_error: Callable[[str], Any]) -> None:
        self._executor = _Executor(self._run_apart)
        self._executor.add_node(node)
        self._log_error = log_error
        self._stopping = False
        self._apart: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        # They end with the process where a callback never returns.
        self._threads = [
            threading.Thread(target=self._spin, name="executor", daemon=True),
            threading.Thread(target=self._work_apart, name="executor-apart", daemon=True),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float) -> None:
        """End after the callbacks that run now, or after `patience_s`."""
        self._stopping = True
        self._apart.put(None)
        self._executor.create_task(lambda: None)  # ends its wait
        for thread in self._threads:
            thread.join(patience_s)
        if not any(thread.is_alive() for thread in self._threads):
            self._executor.shutdown()

    def _spin(self) -> None:
        context = get_default_context()
        while not self._stopping and context.ok():
            try:
                self._executor.spin_once()
            except ExternalShutdownException:
                return
            except Exception:  # of a callback; or a subscription that went away while the executor looked at it
                self._tell()

    def _run_apart(self, handler: Callable[[], Any]) -> None:
        self._apart.put(handler)

    def _work_apart(self) -> None:
        while (handler := self._apart.get()) is not None:
            try:
                _run(handler)
            except Exception:
                self._tell()

    def _tell(self) -> None:
        if not self._stopping:
            self._log_error(f"a callback failed, unexpected error, please report it:\n{traceback.format_exc()}")


class _Executor(SingleThreadedExecutor):
    def __init__(self, run_apart: Callable[[Callable[[], Any]], None]) -> None:
        super().__init__()
        self._run_apart = run_apart

    def spin_once(self, timeout_sec: float | None = None) -> None:
        try:
            handler, entity, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (ShutdownException, TimeoutException):
            return
        # A group that is busy is not offered again until its handler has run.
        if entity is not None and isinstance(entity.callback_group, ApartCallbackGroup):
            self._run_apart(handler)
        else:
            _run(handler)


def _run(handler: Any) -> None:
    handler()
    error = handler.exception()
    if error is not None:
        raise error
