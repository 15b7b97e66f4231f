# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings about frames: each cause is told at once, then at most every few seconds with the number of repeats."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PERIOD_S = 5.0

# A cause may hold what a sender chose, an encoding for instance: that must not fill the memory.
_MOST_CAUSES = 200


class Complaints:
    """Rate limits the warnings of one model. May be used from several threads."""

    def __init__(self, warn: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._warn = warn
        self._now = now
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._held_back: dict[str, int] = {}

    def tell(self, cause: str, text: str) -> None:
        """Warn with `text` unless the same `cause` was told within the last PERIOD_S seconds."""
        with self._lock:
            cause = self._known_or_other(cause)
            now = self._now()
            last = self._last.get(cause)
            if last is not None and now - last < PERIOD_S:
                self._held_back[cause] = self._held_back.get(cause, 0) + 1
                return
            self._last[cause] = now
            repeats = self._held_back.pop(cause, 0)
        self._warn(f"{text} ({repeats} more since the last warning)" if repeats else text)

    def tell_once(self, cause: str, text: str) -> None:
        """Warn with `text` the first time only."""
        with self._lock:
            cause = self._known_or_other(cause)
            if cause in self._last:
                return
            self._last[cause] = self._now()
        self._warn(text)

    def _known_or_other(self, cause: str) -> str:
        return cause if cause in self._last or len(self._last) < _MOST_CAUSES else ""
