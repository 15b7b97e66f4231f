# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
# Types of the native module. Kept by hand; test/ros/test_native_stubs.py compares it with the module.

from typing import Any

from typing_extensions import Buffer

class TopicReader:
    """Takes the messages of one subscription, without the GIL, for any number of consumers: one take serves all of them.

    rclpy's own executor must not take from the subscription. Everything may be called from any thread.

    Args:
        subscription: of rclpy (`rclpy.subscription.Subscription`). Its handle stays valid until close(), even if its node
            destroys it.
        depth: 1: a consumer receives the newest message only; more: every message in order, of which this many are kept
            for it.
    """

    def __init__(self, subscription: Any, depth: int) -> None: ...
    @property
    def arrivals(self) -> int:
        """Messages that the middleware has received so far."""

    @property
    def last_arrival_ns(self) -> int:
        """When the last one arrived, CLOCK_MONOTONIC as time.perf_counter_ns(); 0 = none yet."""

    @property
    def lends(self) -> bool:
        """Whether messages are taken as loans of the middleware."""

    def close(self) -> None:
        """Take no more, leave the subscription to rclpy and wake the waiters.

        A take that is under way ends first. It may be repeated.
        """

class Waiter:
    """Where the threads that serve one callback group wait for messages of its topics."""

    def __init__(self) -> None: ...
    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until a message waits for one of the consumers, or wake() is called.

        A message ends the wait of one thread only, of the one that began to wait last. Return False if neither has happened
        within `timeout_s`; None: no limit.
        """

    def wake(self) -> None:
        """End the waits that are under way, or else the next one."""

class Message(Buffer):
    """One message, as read-only bytes: serialized, or the C struct where it is a loan.

    A loan may lie in memory of its publisher, which fills that again after as many further messages as its history has
    (`depth`), and one: read it at once, and ask `intact` afterwards. Other memory is used again once nothing refers to the
    message or a view of it.
    """

    @property
    def arrived_ns(self) -> int:
        """CLOCK_MONOTONIC."""

    @property
    def loaned(self) -> bool:
        """Whether it is the C struct, as the middleware lent it."""

    @property
    def intact(self) -> bool:
        """False once the publisher of a loan has begun to overwrite it."""

    def __len__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...

class Consumer:
    """One model's place among the messages of a topic.

    It receives messages that nobody has taken yet and later ones.
    """

    def __init__(self, reader: TopicReader, waiter: Waiter) -> None: ...
    def take(self) -> Message | None:
        """Return the newest message that it has not had (depth 1) or the next one in order (deeper).

        None: nothing new, or closed.

        Raises:
            RuntimeError: with rcl's text.
        """

    def skipped(self) -> int:
        """Return how many messages since the last call it will never receive, because newer ones took their place."""

    @property
    def waiting_since_ns(self) -> int:
        """When the message arrived that it receives next, CLOCK_MONOTONIC; 0 = none waits."""

    def close(self) -> int:
        """Receive nothing any more. It may be repeated.

        Return how many messages have arrived that it has neither received nor counted as skipped.
        """

class MessagePublisher:
    """Publishes serialized messages without the GIL.

    Args:
        publisher: of rclpy (`rclpy.publisher.Publisher`). Its handle stays valid until close(), even if its node destroys
            it.
    """

    def __init__(self, publisher: Any) -> None: ...
    @property
    def has_subscribers(self) -> bool:
        """Whether somebody subscribes to the topic. False after close()."""

    def publish(self, message: Buffer) -> None:
        """Publish a serialized message, any buffer of bytes. Does nothing after the context was shut down.

        Raises:
            RuntimeError: with rcl's text.
        """

    def close(self) -> None:
        """Leave the publisher to rclpy. It may be repeated."""

def exit_after(timeout_s: float, exit_code: int) -> None:
    """End the process with `exit_code` after `timeout_s`, if it has not ended by then.

    Even if another thread holds the GIL and never returns.
    """
