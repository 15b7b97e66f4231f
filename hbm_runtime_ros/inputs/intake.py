# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the messages of a model's topics and puts them together into frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rclpy.qos import QoSProfile

from .. import _wire
from ..monitoring.complaints import Complaints
from ..monitoring.counters import FrameCounters
from ..monitoring.drop_reasons import DropReason
from .message_kinds import KINDS, Message
from .subscriptions import Listening, Subscriptions
from .synchronisers import LatestSynchroniser, StampSynchroniser, Synchroniser
from .topic_feed import Listener
from .topic_settings import InputSettings

_NS_PER_MS = 1_000_000


class ListenedTopic(NamedTuple):
    """A topic that the model listens to."""

    name: str
    types: tuple[str, ...]  # the type that it is subscribed with; those that it may have while that is open
    qos: QoSProfile  # in force


class Intake:
    """Subscribes to the topics of one model while it is open.

    Args:
        model: name of the model in the node.
        subscriptions: of the node.
        settings: the model's topics, and how their messages become frames.
        counters: of the model: a message that no frame takes counts as a frame that came and was dropped.
        complaints: of the model.
    """

    def __init__(
        self,
        model: str,
        subscriptions: Subscriptions,
        settings: InputSettings,
        counters: FrameCounters,
        complaints: Complaints,
    ) -> None:
        self._model = model
        self._subscriptions = subscriptions
        self._settings = settings
        self._counters = counters
        self._complaints = complaints
        self._by_stamp = settings.values["sync"] != "latest"
        self._open: list[Listening] = []
        self.topic_names = [topic.topic for topic in settings.topics]

    def open(
        self,
        transports: Sequence[Sequence[str]],
        qos: QoSProfile,
        take: Callable[[tuple[Message, ...]], None],
        arrived: Callable[[int], None],
    ) -> None:
        """Subscribe.

        Args:
            transports: that each topic can carry.
            qos: of every topic.
            take: is given the messages of each frame; must neither wait nor raise.
            arrived: is called with the index of the topic for each message, before it is looked at.

        Raises:
            ConfigurationError: the overrides of the QoS are no QoS, or another model takes a topic as another type.
        """
        synchroniser = self._synchroniser()

        def listener_of(index: int) -> Callable[[Message], None]:
            def listen(message: Message) -> None:
                arrived(index)
                if synchroniser is None:
                    take((message,))
                else:
                    self._match(synchroniser, index, message, take)

            return listen

        try:
            for index, topic in enumerate(self._settings.topics):
                listener = Listener(f"{topic.prefix}.transport", transports[index], qos, listener_of(index))
                self._open.append(self._subscriptions.subscribe(topic.topic, listener))
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Unsubscribe."""
        for listening in self._open:
            listening.stop()
        self._open.clear()

    @property
    def listened(self) -> list[ListenedTopic]:
        """The topics while it is open."""
        result = []
        for listening, name in zip(list(self._open), self.topic_names):
            kind = listening.kind()
            possible = [each for each in KINDS.values() if each.transport in listening.transports]
            types = tuple(each.type_name for each in ([kind] if kind else possible))
            result.append(ListenedTopic(name, types, listening.qos))
        return result

    def _synchroniser(self) -> Synchroniser[Message] | None:
        count, values = len(self._settings.topics), self._settings.values
        if count == 1:
            return None
        if not self._by_stamp:
            return LatestSynchroniser(count)
        slop_ns = values["slop_ms"] * _NS_PER_MS if values["sync"] == "approximate" else 0
        return StampSynchroniser(count, values["sync_queue"], slop_ns)

    def _match(
        self,
        synchroniser: Synchroniser[Message],
        index: int,
        message: Message,
        take: Callable[[tuple[Message, ...]], None],
    ) -> None:
        topic = self._settings.topics[index]
        stamp_ns = 0
        if self._by_stamp:
            try:
                stamp_ns = message.stamp_ns()
            except _wire.WireError as error:
                self._drop(DropReason.MALFORMED)
                self._complaints.tell(
                    f"malformed {topic.name}", f"model '{self._model}': frame dropped: input '{topic.name}': {error}"
                )
                return
            if stamp_ns == 0:
                self._drop(DropReason.UNMATCHED)
                self._complaints.tell_once(
                    f"no stamp {topic.name}",
                    f"model '{self._model}': messages on {topic.topic} have a stamp of zero, so {self._model}.sync "
                    f"{self._settings.values['sync']} finds no partners for them; let the sender stamp them, or set "
                    f"{self._model}.sync to latest",
                )
                return
        matched = synchroniser.add(index, message, stamp_ns)
        for _ in range(matched.unmatched):
            self._drop(DropReason.UNMATCHED)
        if matched.frame is not None:
            take(matched.frame)

    def _drop(self, reason: DropReason) -> None:
        self._counters.received()
        self._counters.dropped(reason)
