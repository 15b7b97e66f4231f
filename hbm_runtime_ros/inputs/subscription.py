# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's subscriptions to input topics. All models on a topic share one, so that a picture is taken once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription

from .. import _rcl
from ..errors import ConfigurationError
from ..qos import bad_overrides_as_errors, copy_of, overridable
from .assembler import TopicConsumer
from .message_types import COMPRESSED, HBMEM, MESSAGE_TYPES, RAW, MessageType

# Publishers may appear, and change their type, at any time; rclpy has no event for either.
_GRAPH_PERIOD_S = 0.5

# A subscription that was destroyed may be known to the middleware for a moment.
_TRIES_BEFORE_WARNING = 3

# How many messages a reader keeps for each of several models where the QoS sets no limit.
_KEEP_ALL_DEPTH = 1000

# How image_transport and the drivers of the boards name such topics.
_CUSTOMARY_NAMES = (("compressed", COMPRESSED), ("hbmem_img", HBMEM))


class SubscriptionRegistry:
    """The input topics of one node.

    Its methods are called on the executor's thread; the lock is for executors with several.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        # Never removed, because they know which QoS parameters are declared.
        self._subscriptions: dict[str, SharedSubscription] = {}
        # Not the node's clock: simulated time may be paused.
        self._timer = node.create_timer(_GRAPH_PERIOD_S, self._follow_graph, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._timer.cancel()

    @property
    def topics(self) -> list[str]:
        """The names of all topics that were subscribed to."""
        return list(self._subscriptions)

    def subscribe(self, consumer: TopicConsumer) -> None:
        """Deliver the messages of its topic to `consumer`.

        Raises:
            ConfigurationError: another model takes the topic as another type, or the QoS overrides are not valid.
        """
        with self._lock:
            shared = self._subscriptions.get(consumer.topic)
            if shared is None:
                shared = self._subscriptions[consumer.topic] = SharedSubscription(self._node, consumer.topic)
            shared.add(consumer)
            if self._timer.is_canceled():
                self._timer.reset()

    def unsubscribe(self, consumer: TopicConsumer) -> None:
        """Deliver nothing more to `consumer`."""
        with self._lock:
            self._subscriptions[consumer.topic].remove(consumer)
            # Kilted's rclpy destroys a node and its timers with the context.
            if self._node.context.ok() and not any(shared.consumers for shared in self._subscriptions.values()):
                self._timer.cancel()

    def close(self) -> None:
        """Take no more from any subscription, so that it can be destroyed with its node. Any thread may call it."""
        for shared in list(self._subscriptions.values()):
            shared.close()

    def _follow_graph(self) -> None:
        with self._lock:
            for shared in self._subscriptions.values():
                if shared.consumers:
                    shared.follow_graph()


class SharedSubscription:
    """Subscribes to one topic once for each QoS, however many models use it.

    The parameters qos_overrides.<topic>.subscription.* take precedence. Where models ask for several QoS on one topic,
    they apply to the first one; the others have parameters qos_overrides.<topic>.subscription_<reliability>_<depth>.*

    Args:
        node: subscribes.
        topic: resolved name.
    """

    def __init__(self, node: Node, topic: str) -> None:
        self.topic = topic
        self.consumers: list[TopicConsumer] = []
        self._message_type: MessageType | None = None
        self._node = node
        self._log = node.get_logger()
        self._open: dict[_QosKey, tuple[Subscription, _rcl.TopicReader]] = {}
        self._logged: set[str] = set()
        # The QoS whose overrides have the plain name. Never changed, because parameters stay declared.
        self._first: _QosKey | None = None
        self._failures = 0
        self._publishers: set[tuple[int, ...]] = set()
        self._renewal_due = False

    def add(self, consumer: TopicConsumer) -> None:
        """Deliver to `consumer`, too.

        Raises:
            ConfigurationError: it needs another type than the other consumers, or the QoS overrides are not valid.
        """
        for other in self.consumers:
            if not set(other.transports) & set(consumer.transports):
                raise ConfigurationError(
                    f"parameter '{consumer.parameters}.transport': conflicting types for {self.topic}: "
                    f"{_type_names(consumer.transports)}, but '{other.parameters}.transport' takes it as "
                    f"{_type_names(other.transports)}; a node can take a topic as one type only: change one of the two, "
                    f"or use another topic"
                )
        self.consumers.append(consumer)
        try:
            self._update()
            self._connect(consumer)
        except Exception:
            self.remove(consumer)
            raise

    def remove(self, consumer: TopicConsumer) -> None:
        """Deliver no more to `consumer`."""
        self.consumers.remove(consumer)
        consumer.disconnect()
        key = _key(consumer.qos)
        others = [each for each in self.consumers if _key(each.qos) == key]
        if not others:
            self._unsubscribe(key)
        elif key in self._open:
            # The subscription belongs to the callback group of a model that uses it.
            subscription, _ = self._open[key]
            subscription.callback_group = others[0].group
            others[0].group.add_entity(subscription)
        if not self.consumers:
            self._message_type = None

    def close(self) -> None:
        """Leave the subscriptions to rclpy."""
        for _, reader in list(self._open.values()):
            reader.close()

    def follow_graph(self) -> None:
        """Subscribe with the type that the publishers have now. Errors are logged, and tried again the next time."""
        try:
            self._update()
            self._failures = 0
        except ConfigurationError as error:
            self._failures += 1
            if self._failures >= _TRIES_BEFORE_WARNING:
                self._warn_once(str(error))

    def _update(self) -> None:
        publishers = self._node.get_publishers_info_by_topic(self.topic)
        self._follow_publishers({tuple(info.endpoint_gid) for info in publishers})
        published = [info.topic_type for info in publishers]
        transports = self._common_transports()
        message_type = choose_type(self.topic, transports, published, self._message_type)
        if message_type is not self._message_type:
            if self._message_type is not None and message_type is not None:
                self._log.info(
                    f"{self.topic} carries {message_type.type_name}: subscribing with that type instead of "
                    f"{self._message_type.type_name}"
                )
            self._close_all(list(self._open))
            self._message_type = message_type
        for consumer in self.consumers:
            if self._message_type is not None and _key(consumer.qos) not in self._open:
                self._subscribe(self._message_type, consumer)
        self._warn_of_other_types(published, transports)

    def _follow_publishers(self, present: set[tuple[int, ...]]) -> None:
        """End the best-effort subscriptions when a publisher has left; _update() subscribes again.

        Until then, Fast DDS keeps the picture that the publisher had not sent whole. Where no publisher is left, the last
        message is taken first; where one is left, the next message follows, and a busy model would put it off forever.
        """
        self._renewal_due |= not self._publishers <= present
        self._publishers = present
        if self._renewal_due and (present or not any(consumer.waiting_since_ns for consumer in self.consumers)):
            self._renewal_due = False
            qos_of = {key: subscription.qos_profile for key, (subscription, _) in self._open.items()}
            self._close_all([key for key, qos in qos_of.items() if qos.reliability == ReliabilityPolicy.BEST_EFFORT])

    def _close_all(self, keys: Collection[_QosKey]) -> None:
        for consumer in self.consumers:
            if _key(consumer.qos) in keys:
                consumer.disconnect()
        for key in keys:
            self._unsubscribe(key)

    def _common_transports(self) -> list[str]:
        first, *others = self.consumers
        return [name for name in first.transports if all(name in other.transports for other in others)]

    def _subscribe(self, message_type: MessageType, consumer: TopicConsumer) -> None:
        """Subscribe with the QoS of `consumer`, in its callback group, and connect all consumers with that QoS."""
        key = _key(consumer.qos)
        with bad_overrides_as_errors(self.topic, "subscription"):
            subscription = self._node.create_subscription(
                message_type.python_type(),
                self.topic,
                _never_called,
                copy_of(consumer.qos),
                callback_group=consumer.group,
                qos_overriding_options=overridable(self._entity_id(key, consumer.qos)),
                raw=True,
            )
        qos = subscription.qos_profile
        depth = qos.depth if qos.history == HistoryPolicy.KEEP_LAST else _KEEP_ALL_DEPTH
        try:
            reader = _rcl.TopicReader(subscription, depth)
        except Exception:
            self._node.destroy_subscription(subscription)
            raise
        self._open[key] = subscription, reader
        if message_type.transport == HBMEM:
            how = (
                "reading pictures where a publisher that lends them wrote them"
                if reader.lends
                else "copying pictures, because the middleware does not lend them (launch argument `loaned_messages:=true`)"
            )
            self._log_once(self._log.info, f"{self.topic}: {how}")
        for each in self.consumers:
            if _key(each.qos) == key:
                self._connect(each)

    def _connect(self, consumer: TopicConsumer) -> None:
        if self._message_type is not None and not consumer.is_connected:
            subscription, reader = self._open[_key(consumer.qos)]
            consumer.connect(self._message_type, reader, subscription.qos_profile)

    def _unsubscribe(self, key: _QosKey) -> None:
        if key in self._open:
            subscription, reader = self._open.pop(key)
            reader.close()
            self._node.destroy_subscription(subscription)

    def _entity_id(self, key: _QosKey, qos: QoSProfile) -> str | None:
        if self._first is None:
            self._first = key
        return None if key == self._first else f"{qos.reliability.name.lower()}_{qos.depth}"

    def _warn_of_other_types(self, published: Sequence[str], transports: Collection[str]) -> None:
        for name in sorted(set(published)):
            message_type = MESSAGE_TYPES.get(name)
            if message_type is not None and message_type.transport in transports and not message_type.installed:
                self._warn_once(
                    f"{self.topic} carries {name}, but the package {message_type.package} is not installed; install it, "
                    f"or source the workspace that has it"
                )
        offered = _offered_types(transports, published)
        if len(offered) > 1 and self._message_type is not None:
            names = " and ".join(each.type_name for each in offered)
            choice = " and ".join(f"{consumer.parameters}.transport" for consumer in self.consumers)
            self._warn_once(
                f"{self.topic} carries {names}, of which only {self._message_type.type_name} is taken; use a topic for "
                f"each, or choose with {choice}"
            )

    def _warn_once(self, text: str) -> None:
        self._log_once(self._log.warning, text)

    def _log_once(self, log: Callable[[str], Any], text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            log(text)


def choose_type(
    topic: str, transports: Collection[str], published: Sequence[str], current: MessageType | None
) -> MessageType | None:
    """Return the type to subscribe with; None where only a publisher can decide it.

    Args:
        topic: resolved name.
        transports: that are wanted.
        published: types that the topic has in the graph.
        current: type of the present subscription.
    """
    offered = _offered_types(transports, published)
    if current in offered:
        return current
    if offered:
        return offered[0]
    if current is not None and current.transport in transports:
        return current
    name = topic.rpartition("/")[2]
    customary = next((transport for word, transport in _CUSTOMARY_NAMES if name == word), RAW)
    transport = next((each for each in (customary, *transports) if each in transports), None)
    types = [each for each in MESSAGE_TYPES.values() if each.transport == transport]
    return types[0] if len(types) == 1 else None


def _offered_types(transports: Collection[str], published: Sequence[str]) -> list[MessageType]:
    return [
        each for name, each in MESSAGE_TYPES.items() if name in published and each.transport in transports and each.installed
    ]


_QosKey = tuple[Any, ...]


def _key(qos: QoSProfile) -> _QosKey:
    return (qos.history, qos.depth, qos.reliability, qos.durability)


def _type_names(transports: Collection[str]) -> str:
    return " or ".join(each.type_name for each in MESSAGE_TYPES.values() if each.transport in transports)


def _never_called(message: bytes) -> None:
    raise AssertionError("the threads of the callback group take the messages, no executor does")
