# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the messages of a model's topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node
from rclpy.qos import QoSProfile

from .subscriptions import Listening, Subscriptions
from .topics import TopicSettings


class Intake:
    """Subscribes to the topics of one model while it is open.

    Args:
        node: resolves the names of topics.
        subscriptions: of the node.
        topics: of the model.
    """

    def __init__(self, node: Node, subscriptions: Subscriptions, topics: Sequence[TopicSettings]) -> None:
        self._subscriptions = subscriptions
        self._topics = tuple(topics)
        self._open: list[Listening] = []
        self.topic_names = [node.resolve_topic_name(topic.topic) for topic in topics]

    def open(
        self, qos: QoSProfile, take: Callable[[tuple[bytes, ...]], None], arrived: Callable[[int], None]
    ) -> None:
        """Subscribe.

        Args:
            qos: of every topic.
            take: is given the messages of each frame; must neither wait nor raise.
            arrived: is called with the index of the topic for each message, before it is looked at.

        Raises:
            ConfigurationError: the overrides of the QoS are no QoS.
        """
        (topic,) = self._topics

        def listen(message: bytes) -> None:
            arrived(0)
            take((message,))

        self._open.append(self._subscriptions.subscribe(topic.topic, topic.kind.message_type, qos, listen))

    def close(self) -> None:
        """Unsubscribe."""
        for listening in self._open:
            listening.stop()
        self._open.clear()

    @property
    def qos(self) -> list[QoSProfile]:
        """The QoS of each topic with its overrides, while it is open."""
        return [listening.qos for listening in self._open]
