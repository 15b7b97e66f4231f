# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's subscriptions to input topics. Models that listen to one topic share one: rclpy copies each message for each
subscription."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from ..qos import copy_of, overridable, telling_bad_overrides


class Listening(NamedTuple):
    """One listener of one topic."""

    qos: QoSProfile  # in force, with the overrides
    stop: Callable[[], None]


class Subscriptions:
    """Raw subscriptions of one node, one for each topic, type and QoS. May be used from several threads.

    The parameters qos_overrides.<topic>.subscription.* have the last word. Where models ask for several QoS on one topic,
    they hold for the first one; the others have parameters qos_overrides.<topic>.subscription_<reliability>_<depth>.*
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._shared: dict[tuple[Any, ...], _Shared] = {}
        # Whose overrides have the plain name, by topic. For good: parameters stay declared.
        self._first: dict[str, tuple[Any, ...]] = {}

    def subscribe(
        self, topic: str, message_type: type[Any], qos: QoSProfile, listener: Callable[[bytes], None]
    ) -> Listening:
        """Give every serialized message of `topic` to `listener`, which must not raise, until the result's `stop`.

        Raises:
            ConfigurationError: the overrides of its QoS are no QoS.
        """
        full_name = self._node.resolve_topic_name(topic)
        key = (
            full_name,
            message_type,
            qos.history,
            qos.depth,
            qos.reliability,
            qos.durability,
        )
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                shared = _Shared()
                with telling_bad_overrides(full_name, "subscription"):
                    shared.subscription = self._node.create_subscription(
                        message_type,
                        topic,
                        shared.deliver,
                        copy_of(qos),
                        qos_overriding_options=overridable(self._entity_id(full_name, key, qos)),
                        raw=True,
                    )
                self._shared[key] = shared
            shared.listeners = (*shared.listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                shared.listeners = tuple(each for each in shared.listeners if each is not listener)
                if not shared.listeners and self._shared.get(key) is shared:
                    del self._shared[key]
                    self._node.destroy_subscription(shared.subscription)

        return Listening(shared.subscription.qos_profile, unsubscribe)

    def _entity_id(self, full_name: str, key: tuple[Any, ...], qos: QoSProfile) -> str | None:
        if self._first.setdefault(full_name, key) == key:
            return None
        return f"{qos.reliability.name.lower()}_{qos.depth}"


class _Shared:
    """One subscription and who listens to it."""

    subscription: Subscription

    def __init__(self) -> None:
        # Replaced, never changed: the executor's thread reads it without a lock.
        self.listeners: tuple[Callable[[bytes], None], ...] = ()

    def deliver(self, message: bytes) -> None:
        for listener in self.listeners:
            listener(message)
