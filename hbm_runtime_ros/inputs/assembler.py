# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the messages of a model's topics and assembles them into frames: matched by time, independent of their contents."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rclpy.qos import QoSProfile

from .. import _rcl, _wire
from ..errors import DropReason
from ..group_threads import ModelCallbackGroup
from ..monitoring.counters import NS_PER_MS, NS_PER_S, FrameCounters
from ..monitoring.health import SubscribedTopic, ThrottledLogger
from ..parameters import SyncParameters
from .message_types import MESSAGE_TYPES, Message, MessageType

_Item = TypeVar("_Item")
Frame = tuple[Message, ...]  # one message of each topic, in the order of the model's inputs


class TopicConsumer:
    """One model's consumer of one topic. The model's threads take messages from it; SharedSubscription connects it.

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
        self._last_message_s = time.monotonic()  # before the present connection
        self._left = 0

    @property
    def is_connected(self) -> bool:
        """Whether messages can arrive: there is a subscription."""
        return self._connection is not None

    def connect(self, message_type: MessageType, reader: _rcl.TopicReader, qos: QoSProfile) -> None:
        """Take messages from `reader` from now on. `qos` is in effect."""
        self._connection = _Connection(message_type, reader, _rcl.Consumer(reader, self.group.waiter), qos)
        self.group.waiter.wake()

    def disconnect(self) -> None:
        """Take nothing any more."""
        self._last_message_s = self.last_message_s
        connection, self._connection = self._connection, None
        if connection is not None:
            self._left += connection.consumer.close()

    @property
    def left(self) -> int:
        """How many messages had arrived when it was disconnected that were neither taken nor skipped."""
        return self._left

    def take(self) -> Message | None:
        """Return the next message, without waiting for it.

        Raises:
            RuntimeError: the middleware reports an error.
        """
        connection = self._connection
        if connection is None or (data := connection.consumer.take()) is None:
            return None
        return Message(connection.message_type, data, data.arrived_ns)

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
        return max(self._last_message_s, arrived_ns / NS_PER_S)

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


@dataclass(frozen=True)
class _Opened:
    """From one open() to the next. Replaced as a whole, so that the leader may still use the one before."""

    consumers: Sequence[TopicConsumer]
    synchronizer: Synchronizer[Message] | None
    complete: deque[Frame]


class FrameAssembler:
    """Assembles the messages of one model's topics into frames.

    The leader of the model's threads takes the frames. open() and close() are called by the lifecycle, also meanwhile.

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
        self._depth = depth
        self._opened = self._open(())

    def open(self, consumers: Sequence[TopicConsumer]) -> None:
        """Take messages from `consumers`, one for each topic."""
        self._opened = self._open(consumers)

    def close(self) -> int:
        """Take no messages. Return how many frames were complete and were not taken."""
        complete, self._opened = self._opened.complete, self._open(())
        frames = 0
        while _next_of(complete) is not None:
            frames += 1
        return frames

    @property
    def has_frame(self) -> bool:
        """Whether take() returns a frame without a new message."""
        return bool(self._opened.complete)

    def take(self) -> Frame | None:
        """Return the next frame, None where its messages have not all arrived.

        Raises:
            RuntimeError: the middleware reports an error.
        """
        opened = self._opened
        for index, consumer in enumerate(opened.consumers):
            if opened.synchronizer is None:
                if (message := consumer.take()) is not None:
                    opened.complete.append((message,))
            else:
                while (message := consumer.take()) is not None:
                    self._match(opened.synchronizer, opened.complete, index, consumer.topic, message)
            if index == 0:  # messages of the other topics do not make frames
                self._skip(DropReason.NEWER_FRAME, consumer.skipped())
        return _next_of(opened.complete)

    def _open(self, consumers: Sequence[TopicConsumer]) -> _Opened:
        return _Opened(tuple(consumers), self._make_synchronizer(), deque(maxlen=self._depth))

    def _make_synchronizer(self) -> Synchronizer[Message] | None:
        count, sync = len(self._names), self._sync
        if count == 1:
            return None
        if sync.sync == "latest":
            return LatestSynchronizer(count)
        return StampSynchronizer(count, sync.sync_queue, sync.slop_ms * NS_PER_MS if sync.sync == "approximate" else 0)

    def _match(
        self, synchronizer: Synchronizer[Message], complete: deque[Frame], index: int, topic: str, message: Message
    ) -> None:
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
                    f"{self._model}.sync {self._sync.sync} cannot match them; let the sender stamp them, or set "
                    f"{self._model}.sync to latest",
                    once=True,
                )
                return
        matched = synchronizer.add(index, message, stamp_ns)
        self._skip(DropReason.UNMATCHED, matched.unmatched)
        if matched.frame is not None:
            self._skip(DropReason.NEWER_FRAME, len(complete) == complete.maxlen)
            complete.append(matched.frame)

    def _skip(self, reason: DropReason, frames: int = 1) -> None:
        if frames:
            self._counters.skipped(reason, frames)


def _next_of(frames: deque[Frame]) -> Frame | None:
    # Two threads may ask for the last one.
    try:
        return frames.popleft()
    except IndexError:
        return None


# Not a NamedTuple: those cannot be generic before Python 3.11.
@dataclass(frozen=True)
class Matched(Generic[_Item]):
    """The effect of a message that arrived."""

    frame: tuple[_Item, ...] | None  # one message per topic
    unmatched: int  # messages that no frame will have


class Synchronizer(ABC, Generic[_Item]):
    """Takes the messages of topics 0, 1, ... as they arrive."""

    @abstractmethod
    def add(self, topic: int, message: _Item, stamp_ns: int) -> Matched[_Item]:
        """Take a message of `topic`."""


class LatestSynchronizer(Synchronizer[_Item]):
    """Every message of the first topic makes a frame with the newest ones of the others."""

    def __init__(self, topics: int) -> None:
        self._newest: list[_Item | None] = [None] * topics

    def add(self, topic: int, message: _Item, stamp_ns: int) -> Matched[_Item]:
        """Take a message of `topic`."""
        if topic != 0:
            self._newest[topic] = message
            return Matched(None, 0)
        others = [each for each in self._newest[1:] if each is not None]
        complete = len(others) == len(self._newest) - 1
        return Matched((message, *others), 0) if complete else Matched(None, 1)


@dataclass(frozen=True)
class _Waiting(Generic[_Item]):
    stamp_ns: int
    arrival: int
    message: _Item


class StampSynchronizer(Synchronizer[_Item]):
    """Messages whose stamps differ by at most `slop_ns` make a frame, as soon as there is one of each topic.

    If several sets fit, the closest is used, of equally close ones the newest. Messages that arrived on a topic before the
    one that made a frame are dropped, and so are the oldest beyond `queue`. Age is decided by the order of arrival: if
    stamps jump back because a simulated clock restarts, only the waiting messages are dropped.
    """

    def __init__(self, topics: int, queue: int, slop_ns: int) -> None:
        self._waiting: list[deque[_Waiting[_Item]]] = [deque() for _ in range(topics)]
        self._queue = queue
        self._slop_ns = slop_ns
        self._arrivals = 0

    def add(self, topic: int, message: _Item, stamp_ns: int) -> Matched[_Item]:
        """Take a message of `topic`."""
        self._arrivals += 1
        newest = _Waiting(stamp_ns, self._arrivals, message)
        self._waiting[topic].append(newest)
        found = self._closest_with(topic, newest)
        if found is not None:
            return Matched(tuple(each.message for each in found), sum(map(self._remove_up_to, range(len(found)), found)))
        full = len(self._waiting[topic]) > self._queue
        if full:
            self._waiting[topic].popleft()
        return Matched(None, int(full))

    def _closest_with(self, topic: int, newest: _Waiting[_Item]) -> list[_Waiting[_Item]] | None:
        """Return the set of messages, one per topic, with `newest` among them that spans the least time."""
        near = [
            [each for each in waiting if abs(each.stamp_ns - newest.stamp_ns) <= self._slop_ns] for waiting in self._waiting
        ]
        near[topic] = [newest]
        best: tuple[int, int] | None = None  # span, and minus the stamp of the earliest
        chosen: list[_Waiting[_Item]] | None = None
        for earliest in {each.stamp_ns for candidates in near for each in candidates if each.stamp_ns <= newest.stamp_ns}:
            frame = [_first_from(earliest, candidates) for candidates in near]
            complete = [each for each in frame if each is not None]
            if len(complete) < len(frame):
                continue
            span = max(each.stamp_ns for each in complete) - earliest
            if span <= self._slop_ns and (best is None or (span, -earliest) < best):
                best, chosen = (span, -earliest), complete
        return chosen

    def _remove_up_to(self, topic: int, used: _Waiting[_Item]) -> int:
        """Remove `used` and what arrived before it. Return how many were not used."""
        waiting = self._waiting[topic]
        removed = 0
        while waiting and waiting[0].arrival <= used.arrival:
            waiting.popleft()
            removed += 1
        return removed - 1


def _first_from(earliest_ns: int, candidates: Iterable[_Waiting[_Item]]) -> _Waiting[_Item] | None:
    """Return the first at or after `earliest_ns`; of equal stamps the one that arrived last."""
    later = [each for each in candidates if each.stamp_ns >= earliest_ns]
    return min(later, key=lambda each: (each.stamp_ns, -each.arrival), default=None)
