# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The callback groups of the node and the threads that serve them.

* A model's ModelCallbackGroup holds its subscriptions. GroupThreads serve it: two threads that take frames in turn.
* The SlowCallbackGroup holds the services that take seconds. NodeExecutor has one thread for it.
* All other callbacks run on the thread of NodeExecutor.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from rclpy.callback_groups import CallbackGroup, MutuallyExclusiveCallbackGroup
from rclpy.executors import (
    Executor,
    ExternalShutdownException,
    ShutdownException,
    SingleThreadedExecutor,
    TimeoutException,
)
from rclpy.node import Node

from ._rcl import Waiter
from .compat import InvalidHandle
from .monitoring.health import ThrottledLogger

_T = TypeVar("_T")
_POLL_S = 0.1


class ModelCallbackGroup(CallbackGroup):
    """Holds the subscriptions of one model. Its own threads serve it; every executor leaves it alone.

    Attributes:
        waiter: where these threads wait for messages, without Python's lock.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiter = Waiter()

    def can_execute(self, entity: Any) -> bool:
        """Return False: no executor takes what the group's threads take."""
        return False

    def beginning_execution(self, entity: Any) -> bool:
        """Return False, see can_execute()."""
        return False

    def ending_execution(self, entity: Any) -> None:
        """Do nothing: no executor executes anything of this group."""


class GroupThreads(Generic[_T]):
    """Serves one callback group with several threads in turn (leader and follower).

    A thread that a message has woken leads: it takes the next item, passes the lead to the next thread, and then works on
    the item itself. No item moves between threads, and while all of them work, the middleware keeps the newest.

    Args:
        name: of the group; its threads are <name>-0, <name>-1, ...
        wait: waits until there may be an item; returns False once the group is closed, to each thread once.
        take: returns the next item, None where another thread was faster. The leader calls it.
        workers: what each thread does with the items that it has taken. None of these functions may raise.
    """

    def __init__(
        self,
        name: str,
        wait: Callable[[], bool],
        take: Callable[[], _T | None],
        workers: Sequence[Callable[[_T], None]],
    ) -> None:
        self._wait = wait
        self._take = take
        self._lead = threading.Lock()
        # Daemons: a thread that waits for a hanging device must not keep the process running.
        self._threads = [
            threading.Thread(target=self._serve, args=(worker,), name=f"{name}-{index}", daemon=True)
            for index, worker in enumerate(workers)
        ]
        for thread in self._threads:
            thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the threads after `wait` has begun to return False. Return whether all have ended in time."""
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, worker: Callable[[_T], None]) -> None:
        while self._wait():
            with self._lead:
                item = self._take()
            if item is not None:
                worker(item)


class InOrder:
    """Lets the items that the threads of a group work on end in the order in which they began.

    Args:
        changed: guards the order; may guard more.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._begun = 0
        self._ended = 0

    def begin(self) -> int:
        """Return the ticket of a new item. The caller holds the condition."""
        self._begun += 1
        return self._begun - 1

    @contextmanager
    def turn(self, ticket: int) -> Iterator[None]:
        """Wait until every item before this one has ended; this one ends with the context."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended == ticket)
        try:
            yield
        finally:
            with self._changed:
                self._ended += 1
                self._changed.notify_all()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Return whether every item that has begun has ended within `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended == self._begun, timeout_s)


class SlowCallbackGroup(MutuallyExclusiveCallbackGroup):
    """Callbacks that may take seconds: loading, unloading, single inferences, lifecycle transitions. One at a time."""


class SpinThread:
    """Spins `executor` in a thread, from start() to stop() or as a context manager.

    Executor.shutdown() must not be called while a thread is about to wait in it: it would wait for ever, or for entities
    that are destroyed. Here the thread is ended first.

    Args:
        executor: with its nodes.
        on_error: called in the `except` block of an exception of a callback; None lets the exception end the thread.
    """

    def __init__(self, executor: Executor, on_error: Callable[[], None] | None = None) -> None:
        self.stopping = threading.Event()
        # A daemon: a callback that never returns must not keep the process running.
        self.thread = threading.Thread(target=self._spin, name="executor", daemon=True)
        self._executor = executor
        self._on_error = on_error

    def __enter__(self) -> SpinThread:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start spinning."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End after the running callback, and shut the executor down. Return whether that was possible in time."""
        ended = self.join(timeout_s)
        if ended:
            self._executor.shutdown()
        return ended

    def join(self, timeout_s: float) -> bool:
        """End after the running callback. Return whether that was possible in time."""
        self.stopping.set()
        self._executor.create_task(lambda: None)  # ends the executor's wait
        self.thread.join(max(0.0, timeout_s))
        return not self.thread.is_alive()

    def _spin(self) -> None:
        while not self.stopping.is_set() and self._executor.context.ok():
            try:
                self._executor.spin_once()
            except ExternalShutdownException:
                return
            except InvalidHandle:
                continue  # another thread of the program has destroyed an entity
            except Exception:
                if self._on_error is None:
                    raise
                self._on_error()


class NodeExecutor(SingleThreadedExecutor):
    """Runs the callbacks of one node in a thread of its own, and those of its SlowCallbackGroup in a second one.

    The models' groups have their own threads, so hardly any callback takes long, and one thread is enough for them.
    """

    def __init__(self, node: Node) -> None:
        super().__init__(context=node.context)
        self.add_node(node)
        self._log = ThrottledLogger(node.get_logger().error)
        self.spinning = SpinThread(self, self._report)
        self._slow_jobs: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._slow_thread = threading.Thread(target=self._run_slow_jobs, name="executor-slow", daemon=True)

    def start(self) -> None:
        """Start both threads."""
        self.spinning.start()
        self._slow_thread.start()

    def run_slow(self, job: Callable[[], Any]) -> None:
        """Run `job` on the thread of the SlowCallbackGroup, after what waits there already."""
        self._slow_jobs.put(job)

    def stop(self, timeout_s: float) -> bool:
        """End both threads after their running callbacks. Return whether that was possible in time."""
        deadline = time.monotonic() + timeout_s
        self._slow_jobs.put(None)
        ended = self.spinning.join(timeout_s)
        self._slow_thread.join(max(0.0, deadline - time.monotonic()))
        if not ended or self._slow_thread.is_alive():
            return False
        self.shutdown()
        return True

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and run it, or hand it to the thread of the SlowCallbackGroup."""
        try:
            handler, entity, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (ShutdownException, TimeoutException):
            return
        # What waits for that thread is not offered again, because rclpy has marked it as an event of this executor.
        if entity is not None and isinstance(entity.callback_group, SlowCallbackGroup):
            self.run_slow(partial(_run, handler))
        else:
            _run(handler)

    def _run_slow_jobs(self) -> None:
        while (job := self._slow_jobs.get()) is not None and not self.spinning.stopping.is_set():
            try:
                job()
            except Exception:
                self._report()

    def _report(self) -> None:
        # After the context was shut down, whatever a callback uses may be invalid.
        if not self.spinning.stopping.is_set() and self.context.ok():
            text = traceback.format_exc()
            self._log.warning(text, f"a callback failed, unexpected error, please report it:\n{text}")


def run_on_executor(node: Node, job: Callable[[], _T]) -> _T:
    """Run `job`, which must be short, on the thread of the node's NodeExecutor, and return its result.

    Parameters and graph entities must not change while the executor iterates over them. Where another executor runs the
    node, or none, `job` runs in the calling thread, as with entities that a callback creates there.

    Raises:
        Exception: whatever `job` raises.
    """
    executor = node.executor
    thread = executor.spinning.thread if isinstance(executor, NodeExecutor) else None
    if thread is None or thread is threading.current_thread() or not thread.is_alive():
        return job()
    future: Future[_T] = Future()

    def attempt() -> None:
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)

    executor.create_task(attempt)
    while not wait([future], _POLL_S).done:
        # A thread that has ended does not use the entities any more.
        if not thread.is_alive() and future.cancel():
            return job()
    return future.result()


def _run(handler: Any) -> None:
    handler()
    error = handler.exception()
    if error is not None:
        raise error
