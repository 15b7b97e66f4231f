# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames on their way from the executor to a model: the newest wait, older ones make room."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from .inputs.message_kinds import Message


class Frame(NamedTuple):
    """The messages of one frame, one a topic, and when they were complete."""

    messages: tuple[Message, ...]
    sequence: int
    received_ns: int  # ROS clock
    started_ns: int  # time.perf_counter_ns()


class FrameQueue:
    """Holds at most `depth` frames. Putting never waits."""

    def __init__(self, depth: int) -> None:
        self._frames: deque[Frame] = deque(maxlen=depth)
        self._changed = threading.Condition()
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Add a frame. Return whether the oldest had to go for it."""
        with self._changed:
            full = len(self._frames) == self._frames.maxlen
            self._frames.append(frame)
            self._changed.notify()
            return full

    def get(self) -> Frame | None:
        """Wait for a frame and take it; None once the queue is closed."""
        with self._changed:
            while not self._frames and not self._closed:
                self._changed.wait()
            return None if self._closed else self._frames.popleft()

    def waiting_since_ns(self) -> int | None:
        """Return when the oldest frame that waits was complete, in ns of perf_counter_ns(); None = none waits."""
        with self._changed:
            return self._frames[0].started_ns if self._frames else None

    def clear(self) -> int:
        """Forget the frames that wait. Return how many they were."""
        with self._changed:
            count = len(self._frames)
            self._frames.clear()
            return count

    def close(self) -> int:
        """Forget the frames that wait, and send whoever waits for one away. Return how many frames they were."""
        with self._changed:
            count = len(self._frames)
            self._frames.clear()
            self._closed = True
            self._changed.notify_all()
            return count
