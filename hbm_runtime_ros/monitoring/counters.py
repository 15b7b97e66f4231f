# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What became of the frames of a model."""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple


class FrameCounts(NamedTuple):
    """Frames since the model was loaded."""

    received: int
    inferred: int
    dropped: dict[str, int]  # by reason


class FrameCounters:
    """Counts the frames of one model. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received = 0
        self._inferred = 0
        self._dropped: Counter[str] = Counter()

    def received(self) -> None:
        """Count a frame that arrived."""
        with self._lock:
            self._received += 1

    def inferred(self) -> None:
        """Count a frame whose result was published."""
        with self._lock:
            self._inferred += 1

    def dropped(self, reason: str) -> None:
        """Count a frame that gives no result."""
        with self._lock:
            self._dropped[reason] += 1

    def snapshot(self) -> FrameCounts:
        """Return the counts of one moment."""
        with self._lock:
            return FrameCounts(self._received, self._inferred, dict(self._dropped))
