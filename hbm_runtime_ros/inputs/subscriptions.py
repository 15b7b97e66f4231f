# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's subscriptions to input topics. Models that listen to one topic share one: rclpy copies each message for each
subscription."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from .message_kinds import MessageKind
from .topic_feed import Listener, TopicFeed

# Publishers may come, and change their type, at any time; rclpy tells of neither.
_LOOK_PERIOD_S = 0.5


class Listening(NamedTuple):
    """One listener of one topic."""

    qos: QoSProfile  # in force, with the overrides
    transports: Sequence[str]
    kind: Callable[[], MessageKind | None]  # that the topic is subscribed with now
    stop: Callable[[], None]


class Subscriptions:
    """The input topics of one node. May be used from several threads."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        # For good: they remember which parameters of the QoS are declared.
        self._feeds: dict[str, TopicFeed] = {}
        # Not the node's clock: a simulated one may stand still.
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_LOOK_PERIOD_S, self._look_at_graph, clock=clock)
        self._timer.cancel()

    def subscribe(self, topic: str, listener: Listener) -> Listening:
        """Give every message of `topic`, a resolved name, to `listener`, until the result's `stop`.

        Raises:
            ConfigurationError: another model takes the topic as another type, or the overrides of its QoS are no QoS.
        """
        with self._lock:
            feed = self._feeds.setdefault(topic, TopicFeed(self._node, topic))
            qos = feed.add(listener)
            if self._timer.is_canceled():
                self._timer.reset()

        def stop() -> None:
            with self._lock:
                feed.remove(listener)
                if not any(each.listeners for each in self._feeds.values()):
                    self._timer.cancel()

        return Listening(qos, listener.transports, lambda: feed.kind, stop)

    def _look_at_graph(self) -> None:
        with self._lock:
            for feed in self._feeds.values():
                if feed.listeners:
                    feed.follow_graph()
