# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An executor that spins in a thread of its own, and ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from rclpy.executors import Executor, ExternalShutdownException
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy


class Spinning:
    """Spins `executor` from `start` to `stop`, or as a context manager.

    Executor.shutdown() must not meet a thread that is about to wait: it would wait for ever, or for what is destroyed.
    Here the thread leaves first.

    Args:
        executor: with its nodes.
        failed: told about an exception of a callback, in its `except` block; None lets it end the thread.
    """

    def __init__(self, executor: Executor, failed: Callable[[], None] | None = None) -> None:
        self.stopping = threading.Event()
        # It ends with the process where a callback never returns.
        self.thread = threading.Thread(target=self._spin, name="executor", daemon=True)
        self._executor = executor
        self._failed = failed

    def __enter__(self) -> Spinning:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def stop(self, patience_s: float = 5.0) -> bool:
        """End after the callback that runs now, and shut the executor down. Return whether it was in time."""
        self.stopping.set()
        self._executor.create_task(lambda: None)  # ends its wait
        self.thread.join(max(0.0, patience_s))
        if self.thread.is_alive():
            return False
        self._executor.shutdown()
        return True

    def _spin(self) -> None:
        while not self.stopping.is_set() and self._executor.context.ok():
            try:
                self._executor.spin_once()
            except ExternalShutdownException:
                return
            except _rclpy.InvalidHandle:
                continue  # something went away while the executor looked at it: it looks again
            except Exception:
                if self._failed is None:
                    raise
                self._failed()
