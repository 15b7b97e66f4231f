# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Notices that an input topic of a model is silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

SILENCE_S = 5.0
# A camera that comes and goes is not told about each time.
_TELL_AGAIN_S = 30.0


class InputWatch:
    """Knows when each topic of a model last had a message. Topics have their resolved names.

    `arrived` may be called from any thread.
    """

    def __init__(self, model: str, topics: Sequence[str], now: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self.topics = tuple(topics)
        self._now = now
        self._lock = threading.Lock()
        # Of the last message, or of the subscription. None while nobody listens.
        self._last_s: list[float | None] = [None] * len(self.topics)
        self._told_s: list[float | None] = [None] * len(self.topics)
        self._told_this_silence = [False] * len(self.topics)

    def begin(self) -> None:
        """Expect messages from now on."""
        with self._lock:
            self._last_s = [self._now()] * len(self.topics)
            self._told_this_silence = [False] * len(self.topics)

    def end(self) -> None:
        """Expect no messages."""
        with self._lock:
            self._last_s = [None] * len(self.topics)

    def arrived(self, topic: int) -> None:
        """Notice a message of the topic with this index."""
        with self._lock:
            # One may arrive while its subscription is taken down.
            if self._last_s[topic] is not None:
                self._last_s[topic] = self._now()
                self._told_this_silence[topic] = False

    def silent_for_s(self) -> dict[str, float]:
        """Return the topics without a message for SILENCE_S, and for how long."""
        with self._lock:
            now = self._now()
            return {
                topic: now - last
                for topic, last in zip(self.topics, self._last_s)
                if last is not None and now - last >= SILENCE_S
            }

    def to_tell(self) -> list[str]:
        """Return the topics whose silence is to be told now: each silence once, and a topic at most every 30 s."""
        silent = self.silent_for_s()
        with self._lock:
            now = self._now()
            result = []
            for index, topic in enumerate(self.topics):
                told = self._told_s[index]
                if topic not in silent or self._told_this_silence[index]:
                    continue
                if told is not None and now - told < _TELL_AGAIN_S:
                    continue
                self._told_s[index] = now
                self._told_this_silence[index] = True
                result.append(topic)
            return result
