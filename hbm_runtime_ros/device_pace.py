# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When to choose the next frame for a busy device: as late as the device allows, so that it is as new as it can be."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Of how many inferences the time of the next is foreseen. The shortest counts: a frame that is chosen too early is a
# little older, one that is chosen too late leaves the device idle.
_REMEMBERED = 8

# For the wake-ups between choosing a frame and its submission, besides its preparation.
_MARGIN_S = 0.002


class DevicePace:
    """Follows the inferences of one model that run one after another. May be used from several threads.

    A frame that waits in the device's queue for most of an inference would be outdated by newer ones meanwhile. It is
    enough that it is ready just before the running one ends.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._changed = threading.Condition()
        self._in_flight = 0
        self._busy_since_s = 0.0
        self._inferences_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._preparations_s: deque[float] = deque(maxlen=_REMEMBERED)

    def prepared(self, duration_s: float) -> None:
        """Remember how long it took to prepare a frame."""
        with self._changed:
            self._preparations_s.append(duration_s)

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Follow an inference from its submission to its end, however it ends."""
        with self._changed:
            if self._in_flight == 0:
                self._busy_since_s = self._now()
            self._in_flight += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                now = self._now()
                self._inferences_s.append(now - self._busy_since_s)
                self._busy_since_s = now
                self._changed.notify_all()

    def wait(self) -> None:
        """Wait until it is time to choose the next frame: at once where the device is idle."""
        with self._changed:
            while (remaining_s := self._remaining_s()) > 0:
                self._changed.wait(remaining_s)

    def _remaining_s(self) -> float:
        if self._in_flight == 0 or not self._inferences_s:
            return 0.0
        lead_s = max(self._preparations_s, default=0.0) + _MARGIN_S
        return self._busy_since_s + min(self._inferences_s) - lead_s - self._now()
