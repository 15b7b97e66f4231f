# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's subscriptions to input topics. Models that listen to one topic share one: rclpy copies each message for each
subscription."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription


class Subscriptions:
    """Raw subscriptions of one node, one for each topic, type and QoS. May be used from several threads."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._shared: dict[tuple[Any, ...], _Shared] = {}

    def subscribe(
        self, topic: str, message_type: type[Any], qos: QoSProfile, listener: Callable[[bytes], None]
    ) -> Callable[[], None]:
        """Give every serialized message of `topic` to `listener`, which must not raise. Return what ends that."""
        key = (
            self._node.resolve_topic_name(topic),
            message_type,
            qos.history,
            qos.depth,
            qos.reliability,
            qos.durability,
        )
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                shared = self._shared[key] = _Shared()
                shared.subscription = self._node.create_subscription(message_type, topic, shared.deliver, qos, raw=True)
            shared.listeners = (*shared.listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                shared.listeners = tuple(each for each in shared.listeners if each is not listener)
                if not shared.listeners and self._shared.get(key) is shared:
                    del self._shared[key]
                    self._node.destroy_subscription(shared.subscription)

        return unsubscribe


class _Shared:
    """One subscription and who listens to it."""

    subscription: Subscription

    def __init__(self) -> None:
        # Replaced, never changed: the executor's thread reads it without a lock.
        self.listeners: tuple[Callable[[bytes], None], ...] = ()

    def deliver(self, message: bytes) -> None:
        for listener in self.listeners:
            listener(message)
