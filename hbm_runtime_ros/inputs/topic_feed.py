# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One input topic of the node: who listens to it, and the type that it is subscribed with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from ..errors import ConfigurationError
from ..qos import copy_of, overridable, telling_bad_overrides
from .message_kinds import KINDS, Message, MessageKind
from .topic_kind import choose_kind, offered_kinds

# A subscription that has just gone may still be known to the middleware for a moment.
_TRIES_BEFORE_WARNING = 3


@dataclass(frozen=True, eq=False)
class Listener:
    """A model that takes the messages of a topic.

    Attributes:
        who: name of its parameter `transport`, for errors.
        transports: those that it can take.
        qos: of its subscription.
        take: gets each message; must neither wait nor raise.
    """

    who: str
    transports: Sequence[str]
    qos: QoSProfile
    take: Callable[[Message], None]


class TopicFeed:
    """Subscribes to one topic once for each QoS, whoever listens. Its methods are called one at a time.

    The parameters qos_overrides.<topic>.subscription.* have the last word. Where models ask for several QoS on one topic,
    they hold for the first one; the others have parameters qos_overrides.<topic>.subscription_<reliability>_<depth>.*

    Args:
        node: subscribes.
        topic: resolved name.
    """

    def __init__(self, node: Node, topic: str) -> None:
        self.topic = topic
        self.kind: MessageKind | None = None
        self._node = node
        self._log = node.get_logger()
        self._subscriptions: dict[tuple[Any, ...], Subscription] = {}
        # The tuples are replaced, never changed: the executor's thread reads them while another thread adds a model.
        self._listeners: dict[tuple[Any, ...], tuple[Listener, ...]] = {}
        self._told: set[str] = set()
        # Whose overrides have the plain name. For good: parameters stay declared.
        self._first: tuple[Any, ...] | None = None
        self._failures = 0

    @property
    def listeners(self) -> list[Listener]:
        """All of them."""
        return [listener for listeners in self._listeners.values() for listener in listeners]

    def add(self, listener: Listener) -> QoSProfile:
        """Deliver to `listener`, too. Return the QoS in force for it.

        Raises:
            ConfigurationError: it needs another type than those that listen already, or the overrides of its QoS are no QoS.
        """
        for other in self.listeners:
            if not set(other.transports) & set(listener.transports):
                raise ConfigurationError(
                    f"parameter '{listener.who}': {_types(listener.transports)} is wanted of {self.topic}, which "
                    f"'{other.who}' takes as {_types(other.transports)}; a node can take a topic as one type only: "
                    f"change one of the two, or give each model a topic of its own"
                )
        key = _key(listener.qos)
        self._listeners[key] = (*self._listeners.get(key, ()), listener)
        try:
            self._follow_graph()
        except ConfigurationError:
            self.remove(listener)
            raise
        subscription = self._subscriptions.get(key)
        return subscription.qos_profile if subscription is not None else listener.qos

    def remove(self, listener: Listener) -> None:
        """Deliver no more to `listener`."""
        key = _key(listener.qos)
        self._listeners[key] = tuple(each for each in self._listeners[key] if each is not listener)
        if not self._listeners[key]:
            del self._listeners[key]
            if key in self._subscriptions:
                self._node.destroy_subscription(self._subscriptions.pop(key))
        if not self._listeners:
            self.kind = None

    def follow_graph(self) -> None:
        """Take the type that the publishers of the topic have now. What goes wrong is told, and tried again next time."""
        try:
            self._follow_graph()
            self._failures = 0
        except ConfigurationError as error:
            self._failures += 1
            if self._failures >= _TRIES_BEFORE_WARNING:
                self._tell_once(str(error))

    def _follow_graph(self) -> None:
        published = [info.topic_type for info in self._node.get_publishers_info_by_topic(self.topic)]
        transports = self._transports()
        kind = choose_kind(self.topic, transports, published, self.kind)
        if kind is not self.kind:
            if self.kind is not None and kind is not None:
                self._log.info(
                    f"{self.topic} carries {kind.type_name}: subscribing with that type instead of {self.kind.type_name}"
                )
            self._unsubscribe()
            self.kind = kind
        self._subscribe()
        self._tell_of_others(published, transports)

    def _transports(self) -> list[str]:
        first, *others = self.listeners
        return [name for name in first.transports if all(name in other.transports for other in others)]

    def _subscribe(self) -> None:
        """Subscribe for those listeners that have no subscription."""
        if self.kind is None:
            return
        for key in self._listeners.keys() - self._subscriptions.keys():
            qos = self._listeners[key][0].qos
            with telling_bad_overrides(self.topic, "subscription"):
                self._subscriptions[key] = self._node.create_subscription(
                    self.kind.message_type(),
                    self.topic,
                    self._deliverer(key, self.kind),
                    copy_of(qos),
                    qos_overriding_options=overridable(self._entity_id(key, qos)),
                    raw=True,
                )

    def _unsubscribe(self) -> None:
        for subscription in self._subscriptions.values():
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()

    def _entity_id(self, key: tuple[Any, ...], qos: QoSProfile) -> str | None:
        if self._first is None:
            self._first = key
        return None if key == self._first else f"{qos.reliability.name.lower()}_{qos.depth}"

    def _deliverer(self, key: tuple[Any, ...], kind: MessageKind) -> Callable[[bytes], None]:
        def deliver(data: bytes) -> None:
            message = Message(kind, data)
            for listener in self._listeners.get(key, ()):
                listener.take(message)

        return deliver

    def _tell_of_others(self, published: Sequence[str], transports: Collection[str]) -> None:
        for name in sorted(set(published)):
            kind = KINDS.get(name)
            if kind is not None and kind.transport in transports and not kind.installed:
                self._tell_once(
                    f"{self.topic} carries {name}, but the package {kind.package} is not installed here; install it, or "
                    f"source the workspace that has it"
                )
        offered = offered_kinds(transports, published)
        if len(offered) > 1 and self.kind is not None:
            names = " and ".join(kind.type_name for kind in offered)
            self._tell_once(
                f"{self.topic} carries {names}, of which only {self.kind.type_name} is taken; give each its own topic, or "
                f"choose with {' and '.join(listener.who for listener in self.listeners)}"
            )

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._log.warning(text)


def _key(qos: QoSProfile) -> tuple[Any, ...]:
    return (qos.history, qos.depth, qos.reliability, qos.durability)


def _types(transports: Collection[str]) -> str:
    return " or ".join(kind.type_name for kind in KINDS.values() if kind.transport in transports)
