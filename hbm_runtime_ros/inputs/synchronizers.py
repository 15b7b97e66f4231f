# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Matches the messages of several topics. Independent of ROS and of what the messages contain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


# Not a NamedTuple: those cannot be generic before Python 3.11.
@dataclass(frozen=True)
class Matched(Generic[T]):
    """The effect of a message that arrived."""

    frame: tuple[T, ...] | None  # one message per topic
    unmatched: int  # messages that no frame will have


class Synchronizer(ABC, Generic[T]):
    """Takes the messages of topics 0, 1, ... as they arrive."""

    @abstractmethod
    def add(self, topic: int, message: T, stamp_ns: int) -> Matched[T]:
        """Take a message of `topic`."""


class LatestSynchronizer(Synchronizer[T]):
    """Every message of the first topic makes a frame with the newest ones of the others."""

    def __init__(self, topics: int) -> None:
        self._newest: list[T | None] = [None] * topics

    def add(self, topic: int, message: T, stamp_ns: int) -> Matched[T]:
        """Take a message of `topic`."""
        if topic != 0:
            self._newest[topic] = message
            return Matched(None, 0)
        others = [each for each in self._newest[1:] if each is not None]
        complete = len(others) == len(self._newest) - 1
        return Matched((message, *others), 0) if complete else Matched(None, 1)


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    stamp_ns: int
    arrival: int
    message: T


class StampSynchronizer(Synchronizer[T]):
    """Messages whose stamps differ by at most `slop_ns` make a frame, as soon as there is one of each topic.

    Where several fit, those that lie closest together do, of equally close ones the newest. What arrived on a topic before
    the message that made a frame is dropped, and so is the oldest beyond `queue`. Only the order of arrival decides what
    is old: after stamps that jump back, with a simulated clock that begins again, only the waiting ones are dropped.
    """

    def __init__(self, topics: int, queue: int, slop_ns: int) -> None:
        self._waiting: list[deque[_Waiting[T]]] = [deque() for _ in range(topics)]
        self._queue = queue
        self._slop_ns = slop_ns
        self._arrivals = 0

    def add(self, topic: int, message: T, stamp_ns: int) -> Matched[T]:
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

    def _closest_with(self, topic: int, newest: _Waiting[T]) -> list[_Waiting[T]] | None:
        """Return the set of messages, one per topic, with `newest` among them that spans the least time."""
        near = [
            [each for each in waiting if abs(each.stamp_ns - newest.stamp_ns) <= self._slop_ns] for waiting in self._waiting
        ]
        near[topic] = [newest]
        best: tuple[int, int] | None = None  # span, and minus the stamp of the earliest
        chosen: list[_Waiting[T]] | None = None
        for earliest in {each.stamp_ns for candidates in near for each in candidates if each.stamp_ns <= newest.stamp_ns}:
            frame = [_first_from(earliest, candidates) for candidates in near]
            complete = [each for each in frame if each is not None]
            if len(complete) < len(frame):
                continue
            span = max(each.stamp_ns for each in complete) - earliest
            if span <= self._slop_ns and (best is None or (span, -earliest) < best):
                best, chosen = (span, -earliest), complete
        return chosen

    def _remove_up_to(self, topic: int, used: _Waiting[T]) -> int:
        """Remove `used` and what arrived before it. Return how many were not used."""
        waiting = self._waiting[topic]
        removed = 0
        while waiting and waiting[0].arrival <= used.arrival:
            waiting.popleft()
            removed += 1
        return removed - 1


def _first_from(earliest_ns: int, candidates: Iterable[_Waiting[T]]) -> _Waiting[T] | None:
    """Return the first at or after `earliest_ns`; of equal stamps the one that arrived last."""
    later = [each for each in candidates if each.stamp_ns >= earliest_ns]
    return min(later, key=lambda each: (each.stamp_ns, -each.arrival), default=None)
