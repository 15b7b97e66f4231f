# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What became of the frames of a model."""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple

from .drop_reasons import DropReason


class FrameCounts(NamedTuple):
    """Frames since the node began."""

    received: int
    inferred: int
    dropped: dict[DropReason, int]

    @property
    def in_flight(self) -> int:
        """Frames that wait or are worked on: every frame is counted as received once, and once when it ends."""
        return self.received - self.inferred - sum(self.dropped.values())


class FrameCounters:
    """Counts the frames of one model. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received = 0
        self._inferred = 0
        self._dropped: Counter[DropReason] = Counter()

    def received(self) -> None:
        """Count a frame that arrived."""
        with self._lock:
            self._received += 1

    def inferred(self) -> None:
        """Count a frame whose result was published."""
        with self._lock:
            self._inferred += 1

    def dropped(self, reason: DropReason, frames: int = 1) -> None:
        """Count frames that give no result."""
        with self._lock:
            self._dropped[DropReason(reason)] += frames

    def snapshot(self) -> FrameCounts:
        """Return the counts of one moment."""
        with self._lock:
            return FrameCounts(self._received, self._inferred, {key: n for key, n in self._dropped.items() if n})
