# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the messages of a model's topics and assembles them into frames."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from rclpy.qos import QoSProfile

from .. import _rcl, _wire
from ..errors import DropReason
from ..group_threads import ModelCallbackGroup
from ..monitoring.counters import FrameCounters
from ..monitoring.health import SubscribedTopic, ThrottledLogger
from ..parameters import SyncParameters
from .message_types import MESSAGE_TYPES, Message, MessageType
from .synchronizers import LatestSynchronizer, StampSynchronizer, Synchronizer

_NS_PER_MS = 1_000_000
_NS_PER_S = 1e9

Frame = tuple[Message, ...]  # one message of each topic, in the order of the model's inputs


class TopicConsumer:
    """One model's place on one topic. The model's threads take messages from it; SharedSubscription connects it.

    Args:
        topic: resolved name.
        parameters: prefix of the topic's parameters, without the last dot.
        transports: those that the model can take.
        qos: that the model asks for.
        group: of the model.
    """

    def __init__(
        self, topic: str, parameters: str, transports: Sequence[str], qos: QoSProfile, group: ModelCallbackGroup
    ) -> None:
        self.topic = topic
        self.parameters = parameters
        self.transports = tuple(transports)
        self.qos = qos
        self.group = group
        self._connection: _Connection | None = None
        self._subscribed_s = time.monotonic()

    @property
    def is_connected(self) -> bool:
        """Whether messages can arrive: there is a subscription."""
        return self._connection is not None

    def connect(self, message_type: MessageType, reader: _rcl.TopicReader, qos: QoSProfile) -> None:
        """Take messages from `reader` from now on. `qos` is in effect."""
        self._connection = _Connection(message_type, reader, _rcl.Consumer(reader, self.group.waiter), qos)
        self.group.waiter.wake()

    def disconnect(self) -> int:
        """Take nothing any more. Return how many messages have arrived and were not taken."""
        connection, self._connection = self._connection, None
        if connection is None:
            return 0
        left = connection.consumer.skipped() + bool(connection.consumer.waiting_since_ns)
        connection.consumer.close()
        return left

    def take(self) -> Message | None:
        """Return the next message, without waiting for it.

        Raises:
            RuntimeError: the middleware reports an error.
        """
        connection = self._connection
        data = connection.consumer.take() if connection else None
        return Message(connection.message_type, data, data.arrived_ns) if connection and data else None

    def skipped(self) -> int:
        """Return how many messages since the last call were replaced by newer ones before they were taken."""
        connection = self._connection
        return connection.consumer.skipped() if connection else 0

    @property
    def waiting_since_ns(self) -> int:
        """When the message arrived that take() would return, CLOCK_MONOTONIC; 0 = there is none."""
        connection = self._connection
        return connection.consumer.waiting_since_ns if connection else 0

    @property
    def last_message_s(self) -> float:
        """When the last message arrived or, without one, when the model subscribed; in the time of time.monotonic()."""
        connection = self._connection
        arrived_ns = connection.reader.last_arrival_ns if connection else 0
        return max(self._subscribed_s, arrived_ns / _NS_PER_S)

    def describe(self) -> SubscribedTopic:
        """Return the topic with its type and QoS."""
        connection = self._connection
        if connection is not None:
            return SubscribedTopic(self.topic, self.parameters, (connection.message_type.type_name,), connection.qos)
        possible = tuple(each.type_name for each in MESSAGE_TYPES.values() if each.transport in self.transports)
        return SubscribedTopic(self.topic, self.parameters, possible, self.qos)


@dataclass(frozen=True)
class _Connection:
    message_type: MessageType
    reader: _rcl.TopicReader
    consumer: _rcl.Consumer
    qos: QoSProfile


class FrameAssembler:
    """Assembles the messages of one model's topics into frames. Its methods are called by the leader of the threads.

    Args:
        model: name, for warnings.
        names: of the inputs that have a topic of their own, for warnings; one empty name for a single topic.
        sync: how messages of several topics belong together.
        depth: complete frames that are kept; 1 = the newest only.
        counters: count what arrives and is not used.
        log: for warnings.
    """

    def __init__(
        self,
        model: str,
        names: Sequence[str],
        sync: SyncParameters,
        depth: int,
        counters: FrameCounters,
        log: ThrottledLogger,
    ) -> None:
        self._model = model
        self._names = names
        self._sync = sync
        self._counters = counters
        self._log = log
        self._consumers: Sequence[TopicConsumer] = ()
        self._synchronizer = self._make_synchronizer()
        self._complete: deque[Frame] = deque(maxlen=depth)

    def open(self, consumers: Sequence[TopicConsumer]) -> None:
        """Take messages from `consumers`, one for each topic. Messages from before are forgotten."""
        self._synchronizer = self._make_synchronizer()
        self._complete.clear()
        self._consumers = tuple(consumers)

    def close(self) -> None:
        """Take no messages."""
        self._consumers = ()

    @property
    def has_frame(self) -> bool:
        """Whether take() returns a frame without a new message."""
        return bool(self._complete)

    def take(self) -> Frame | None:
        """Return the next frame, None where its messages have not all arrived.

        Raises:
            RuntimeError: the middleware reports an error.
        """
        consumers, synchronizer = self._consumers, self._synchronizer
        for index, consumer in enumerate(consumers):
            if synchronizer is None:
                if (message := consumer.take()) is not None:
                    self._complete.append((message,))
            else:
                while (message := consumer.take()) is not None:
                    self._match(synchronizer, index, consumer.topic, message)
            if index == 0:  # the others' messages are no frames of their own
                self._skip(DropReason.NEWER_FRAME, consumer.skipped())
        return self._complete.popleft() if self._complete else None

    def _make_synchronizer(self) -> Synchronizer[Message] | None:
        count, sync = len(self._names), self._sync
        if count == 1:
            return None
        if sync.sync == "latest":
            return LatestSynchronizer(count)
        return StampSynchronizer(count, sync.sync_queue, sync.slop_ms * _NS_PER_MS if sync.sync == "approximate" else 0)

    def _match(self, synchronizer: Synchronizer[Message], index: int, topic: str, message: Message) -> None:
        stamp_ns = 0
        if self._sync.sync != "latest":
            name = self._names[index]
            try:
                stamp_ns = message.stamp_ns()
            except _wire.WireError as error:
                self._skip(DropReason.MALFORMED)
                text = f"model '{self._model}': frame dropped: input '{name}': {error}"
                self._log.warning(f"malformed {name}", text)
                return
            if stamp_ns == 0:
                self._skip(DropReason.UNMATCHED)
                self._log.warning(
                    f"no stamp {name}",
                    f"model '{self._model}': messages on {topic} have a stamp of zero, so "
                    f"{self._model}.sync {self._sync.sync} finds no partners for them; let the sender stamp them, or set "
                    f"{self._model}.sync to latest",
                    once=True,
                )
                return
        matched = synchronizer.add(index, message, stamp_ns)
        self._skip(DropReason.UNMATCHED, matched.unmatched)
        if matched.frame is not None:
            self._skip(DropReason.NEWER_FRAME, len(self._complete) == self._complete.maxlen)
            self._complete.append(matched.frame)

    def _skip(self, reason: DropReason, frames: int = 1) -> None:
        if frames:
            self._counters.skipped(reason, frames)
