# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether anybody wants the results of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.timer import Timer

from . import distribution

_POLL_S = 0.1


class Demand:
    """Calls `changed` in the executor's thread after the number of subscribers of a publisher may have changed."""

    def __init__(self, node: Node, changed: Callable[[], Any]) -> None:
        self._node = node
        self._changed = changed
        self._count = 0
        self._publisher: Publisher | None = None
        self._timer: Timer | None = None

    def event_callbacks(self) -> distribution.PublisherEventCallbacks:
        """Return what the publisher is to be created with."""
        if distribution.PUBLISHER_TELLS_MATCHES:
            return distribution.PublisherEventCallbacks(matched=lambda _: self._changed())
        return distribution.PublisherEventCallbacks()

    def follow(self, publisher: Publisher) -> None:
        """Begin to watch `publisher`."""
        self._publisher = publisher
        if not distribution.PUBLISHER_TELLS_MATCHES:
            self._timer = self._node.create_timer(_POLL_S, self._poll, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def stop(self) -> None:
        """Watch no more."""
        self._publisher = None
        if self._timer is not None:
            self._node.destroy_timer(self._timer)

    @property
    def exists(self) -> bool:
        """Whether the publisher has a subscriber."""
        return self._publisher is not None and self._publisher.get_subscription_count() > 0

    def _poll(self) -> None:
        assert self._publisher is not None
        count = self._publisher.get_subscription_count()
        if count != self._count:
            self._count = count
            self._changed()
