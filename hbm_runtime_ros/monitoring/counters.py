# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happened to the frames of a model: counts, the times of each frame, and answers that the device has not given."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hbm_runtime_core import CallTiming

from ..errors import DropReason

WINDOW_S = 10.0
# A device that has not answered for longer than this after a timeout is more than busy.
LATE_S = 1.0
# Frames of a window; more of them in 10 s push the oldest out.
_MOST_FRAMES = 2048

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000

# Each stage ends where the next one begins, so their means add up to the latency.
STAGES = ("wait", "prepare", "input", "submit", "device", "output", "turn", "publish")


@dataclass(slots=True)
class FrameTimeline:
    """The times of one frame. All but the first three are ns of CLOCK_MONOTONIC, which is time.perf_counter_ns()."""

    sequence: int  # number of the frame
    stamp: int  # ns, clock of the sender; 0 = unknown
    received_ns: int  # ROS clock of the node, when the frame was taken
    arrived: int  # at the middleware of this process
    taken: int  # by a thread of the model
    prepared: int = 0  # its data is in the model's inputs
    run_begun: int = 0
    submitted: int = 0
    device_done: int = 0
    run_ended: int = 0
    publish_begun: int = 0  # the results of all frames before it are published
    published: int = 0
    # Durations of the inference, ns, as the runtime measured them.
    input_ns: int = 0
    submit_ns: int = 0
    device_ns: int = 0
    output_ns: int = 0

    def record_inference(self, stages: CallTiming) -> None:
        """Record the stages of the inference that has just ended."""
        self.input_ns = round(stages.input_us * NS_PER_US)
        self.submit_ns = round(stages.submit_us * NS_PER_US)
        self.device_ns = round(stages.device_us * NS_PER_US)
        self.output_ns = round(stages.output_us * NS_PER_US)
        self.submitted = self.run_begun + self.input_ns + self.submit_ns
        self.device_done = min(self.submitted + self.device_ns, self.run_ended)

    def timing_fields(self) -> tuple[int, ...]:
        """Return the fields of msg/Timing in its order; the total ends now."""
        return (
            self.received_ns,
            self.prepared - self.taken,
            self.input_ns,
            self.submit_ns,
            self.device_ns,
            self.output_ns,
            time.perf_counter_ns() - self.taken,
        )

    def moments(self) -> tuple[int, ...]:
        """Return the moments between which the STAGES are."""
        return (
            self.arrived,
            self.taken,
            self.prepared,
            self.run_begun + self.input_ns,
            self.submitted,
            self.device_done,
            self.run_ended,
            self.publish_begun,
            self.published,
        )


class FrameCounts(NamedTuple):
    """Frames since the node started."""

    received: int
    inferred: int
    dropped: dict[DropReason, int]

    @property
    def in_flight(self) -> int:
        """Frames that are being worked on: every frame is counted once as received, and once when it ends."""
        return self.received - self.inferred - sum(self.dropped.values())


class FrameCounters:
    """Counts the frames of one model, without a lock: each method is called by one thread at a time.

    The leader of the model's threads calls received() and skipped(), whoever publishes in order calls ended(), and the
    lifecycle calls stopped(). Any thread calls snapshot().
    """

    def __init__(self) -> None:
        self._received = 0
        self._skipped: Counter[DropReason] = Counter()
        self._inferred = 0
        self._dropped: Counter[DropReason] = Counter()
        self._stopped = 0

    def received(self) -> int:
        """Count a frame that a thread works on from here on. Return its number."""
        number = self._received + sum(self._skipped.values())
        self._received += 1
        return number

    def skipped(self, reason: DropReason, frames: int = 1) -> None:
        """Count frames that arrived and that no thread works on."""
        self._skipped[reason] += frames

    def ended(self, reason: DropReason | None) -> None:
        """Count the end of a received frame: None = its result was published."""
        if reason is None:
            self._inferred += 1
        else:
            self._dropped[reason] += 1

    def stopped(self, frames: int) -> None:
        """Count frames that waited in the middleware when the subscription was closed."""
        self._stopped += frames

    def snapshot(self) -> FrameCounts:
        """Return the counts of one moment."""
        # What has ended is read before what was received: otherwise a frame could end before it was received.
        inferred, dropped = self._inferred, self._dropped.copy()
        skipped, stopped = self._skipped.copy(), self._stopped
        received = self._received + sum(skipped.values()) + stopped
        dropped.update(skipped)
        dropped[DropReason.STOPPED] += stopped
        return FrameCounts(received, inferred, {reason: count for reason, count in dropped.items() if count})


class Latencies(NamedTuple):
    """Of the frames whose results were published within the window."""

    frames: int
    p50_ms: float
    p99_ms: float
    stage_means_ms: dict[str, float]
    at_device: float  # mean number of inferences at the device during the window


class ModelMonitor:
    """The record of one model's frames. Written by the model's threads, read by diagnostics.

    Args:
        trace: called with every frame whose result was published.
        now_ns: the clock of the timelines.
    """

    def __init__(
        self, trace: Callable[[FrameTimeline], None] | None = None, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.counters = FrameCounters()
        self._trace = trace
        self._now_ns = now_ns
        self._begun_ns = now_ns()
        # A ring of the last frames, one row each: numbers only, so that diagnostics cost next to nothing.
        self._moments = np.zeros((_MOST_FRAMES, len(STAGES) + 1), np.int64)
        self._count = 0
        self._late_since_ns: list[int] = []

    def published(self, timeline: FrameTimeline) -> None:
        """Remember a frame whose result was published. Called by one thread at a time, in the order of frames."""
        self.counters.ended(None)
        self._moments[self._count % _MOST_FRAMES] = timeline.moments()
        self._count += 1
        if self._trace is not None:
            self._trace(timeline)

    @contextmanager
    def late_answer(self) -> Iterator[None]:
        """Record that the device has not answered after a timeout, until the context ends."""
        since_ns = self._now_ns()
        self._late_since_ns.append(since_ns)
        try:
            yield
        finally:
            self._late_since_ns.remove(since_ns)

    def late_for_s(self) -> float:
        """Return for how long the device has not answered the oldest request that timed out; 0 = there is none."""
        now_ns = self._now_ns()
        return (now_ns - min(self._late_since_ns, default=now_ns)) / NS_PER_S

    def latencies(self) -> Latencies | None:
        """Return where the time of the last frames went; None where there were none within the window."""
        now_ns = self._now_ns()
        window_ns = min(WINDOW_S * NS_PER_S, max(1, now_ns - self._begun_ns))
        count = self._count
        table = self._moments[:count].copy()
        table = table[now_ns - table[:, -1] <= WINDOW_S * NS_PER_S]
        if len(table) == 0:
            return None
        if count > _MOST_FRAMES:
            window_ns = max(1, min(window_ns, now_ns - int(table[:, -1].min())))
        p50, p99 = np.percentile(table[:, -1] - table[:, 0], (50, 99)) / NS_PER_MS
        stages = np.diff(table, axis=1)
        means = stages.mean(axis=0) / NS_PER_MS
        at_device = float(stages[:, STAGES.index("device")].sum() / window_ns)
        return Latencies(len(table), float(p50), float(p99), dict(zip(STAGES, means.tolist())), at_device)
