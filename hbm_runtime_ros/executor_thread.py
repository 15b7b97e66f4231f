# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the node's callbacks run: one thread for those that take no time, another for those that do."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import ShutdownException, SingleThreadedExecutor, TimeoutException
from rclpy.node import Node

from .spinning import Spinning

_T = TypeVar("_T")
_POLL_S = 0.1


class ApartCallbackGroup(MutuallyExclusiveCallbackGroup):
    """Callbacks that may take seconds. They run one after another, beside all others."""


class ExecutorThread:
    """Runs the callbacks of one node.

    The models have threads of their own, so hardly any callback takes long, and one thread is enough for them: more would
    wait for each other at Python's lock. Those of an ApartCallbackGroup run in a second one.
    """

    def __init__(self, node: Node, log_error: Callable[[str], Any]) -> None:
        self._executor = _Executor(self.run_apart)
        self._executor.add_node(node)
        self._log_error = log_error
        self._spinning = Spinning(self._executor, self._tell)
        self._apart: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        # It ends with the process where a callback never returns.
        self._apart_thread = threading.Thread(target=self._work_apart, name="executor-apart", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._executor.spinning = self._spinning
        self._spinning.start()
        self._apart_thread.start()

    def run_apart(self, job: Callable[[], Any]) -> None:
        """Run `job` where the callbacks of an ApartCallbackGroup run, after those that wait already."""
        self._apart.put(job)

    def stop(self, patience_s: float) -> bool:
        """End after the callbacks that run now. Return whether they have ended within `patience_s`."""
        deadline = time.monotonic() + patience_s
        self._apart.put(None)
        ended = self._spinning.stop(patience_s)
        self._apart_thread.join(max(0.0, deadline - time.monotonic()))
        return ended and not self._apart_thread.is_alive()

    def _work_apart(self) -> None:
        while (job := self._apart.get()) is not None and not self._spinning.stopping.is_set():
            try:
                job()
            except Exception:
                self._tell()

    def _tell(self) -> None:
        if not self._spinning.stopping.is_set():
            self._log_error(f"a callback failed, unexpected error, please report it:\n{traceback.format_exc()}")


def run_among_callbacks(node: Node, job: Callable[[], _T]) -> _T:
    """Run `job`, which must be short, between two callbacks of the executor's thread, and return what it returns.

    What rclpy's own services walk through, parameters for instance, must not change under their feet.

    Raises:
        RuntimeError: the node ends.
        Exception: whatever `job` raises.
    """
    executor = node.executor
    spinning = executor.spinning if isinstance(executor, _Executor) else None
    if spinning is None or spinning.thread is threading.current_thread():
        return job()
    future: Future[_T] = Future()

    def attempt() -> None:
        try:
            future.set_result(job())
        except BaseException as error:
            future.set_exception(error)

    executor.create_task(attempt)
    while not wait([future], _POLL_S).done:
        if spinning.stopping.is_set():
            raise RuntimeError("the node ends")
    return future.result()


class _Executor(SingleThreadedExecutor):
    def __init__(self, run_apart: Callable[[Callable[[], Any]], None]) -> None:
        super().__init__()
        self.spinning: Spinning | None = None  # once it spins
        self._run_apart = run_apart

    def spin_once(self, timeout_sec: float | None = None) -> None:
        try:
            handler, entity, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (ShutdownException, TimeoutException):
            return
        # A group that is busy is not offered again until its handler has run.
        if entity is not None and isinstance(entity.callback_group, ApartCallbackGroup):
            self._run_apart(partial(_run, handler))
        else:
            _run(handler)


def _run(handler: Any) -> None:
    handler()
    error = handler.exception()
    if error is not None:
        raise error
