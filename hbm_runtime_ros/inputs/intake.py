# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the messages of a model's topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node
from rclpy.qos import QoSProfile

from .subscriptions import Subscriptions
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
        self._closers: list[Callable[[], None]] = []
        self.topic_names = [node.resolve_topic_name(topic.topic) for topic in topics]

    def open(self, qos: QoSProfile, take: Callable[[tuple[bytes, ...]], None]) -> None:
        """Subscribe, and give the messages of each frame to `take`, which must neither wait nor raise."""
        (topic,) = self._topics
        self._closers.append(
            self._subscriptions.subscribe(topic.topic, topic.kind.message_type, qos, lambda message: take((message,)))
        )

    def close(self) -> None:
        """Unsubscribe."""
        for close in self._closers:
            close()
        self._closers.clear()
