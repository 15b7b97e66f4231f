# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of the frames of one model: counts, where their time went, and whether the device still owes an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from .counters import FrameCounters
from .frame_record import FrameRecord

WINDOW_S = 10.0
# A device that owes an answer for longer is more than busy.
LATE_S = 1.0
# Of a window; more frames than that in 10 s push the oldest out.
_MOST_FRAMES = 2048

_NS_PER_MS = 1e6
_NS_PER_S = 1e9

# Each stage ends where the next one begins, so their means add up to the latency.
STAGES = ("wait", "prepare", "handover", "submit", "device", "outputs", "turn", "publish")


class Latencies(NamedTuple):
    """Of the frames whose results were published within the window."""

    frames: int
    p50_ms: float
    p99_ms: float
    stage_means_ms: dict[str, float]
    at_device: float  # mean number of inferences at the device during the window


class ModelMonitor:
    """Written by the model's threads, read by diagnostics.

    Args:
        trace: is given every frame whose result was published.
        now_ns: the clock of the records.
    """

    def __init__(
        self, trace: Callable[[FrameRecord], None] | None = None, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.counters = FrameCounters()
        self._trace = trace
        self._now_ns = now_ns
        self._begun_ns = now_ns()
        self._lock = threading.Lock()
        # A ring of the last frames, a row each: numbers only, so that diagnostics cost next to nothing.
        self._moments = np.zeros((_MOST_FRAMES, len(STAGES) + 1), np.int64)
        self._count = 0
        self._late: list[int] = []

    def finished(self, record: FrameRecord) -> None:
        """Remember a frame whose result was published."""
        with self._lock:
            self._moments[self._count % _MOST_FRAMES] = record.moments()
            self._count += 1
        if self._trace is not None:
            self._trace(record)

    @contextmanager
    def late_answer(self) -> Iterator[None]:
        """Know that the device owes an answer until the context ends."""
        since_ns = self._now_ns()
        with self._lock:
            self._late.append(since_ns)
        try:
            yield
        finally:
            with self._lock:
                self._late.remove(since_ns)

    def late_for_s(self) -> float:
        """Return how long the device has owed the oldest answer that timed out; 0 = it owes none."""
        with self._lock:
            return (self._now_ns() - min(self._late)) / _NS_PER_S if self._late else 0.0

    def latencies(self) -> Latencies | None:
        """Return where the time of the last frames went; None where there were none within the window."""
        now_ns = self._now_ns()
        window_ns = min(WINDOW_S * _NS_PER_S, max(1, now_ns - self._begun_ns))
        with self._lock:
            overflown = self._count > _MOST_FRAMES
            table = self._moments[: self._count].copy()
        table = table[now_ns - table[:, -1] <= WINDOW_S * _NS_PER_S]
        if len(table) == 0:
            return None
        if overflown:
            window_ns = max(1, min(window_ns, now_ns - int(table[:, -1].min())))
        p50, p99 = np.percentile(table[:, -1] - table[:, 0], (50, 99)) / _NS_PER_MS
        stages = np.diff(table, axis=1)
        means = stages.mean(axis=0) / _NS_PER_MS
        at_device = float(stages[:, STAGES.index("device")].sum() / window_ns)
        return Latencies(len(table), float(p50), float(p99), dict(zip(STAGES, means.tolist())), at_device)
