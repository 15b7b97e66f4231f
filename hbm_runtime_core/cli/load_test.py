# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Calls a function from several threads at once and measures each call."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

STAGES = ("input", "submit", "device", "output")

_PROGRESS_S = 0.1


def percentile(ordered: Sequence[float], fraction: float) -> float:
    """The nearest rank of sorted values: a latency that was really measured."""
    return ordered[max(0, math.ceil(len(ordered) * fraction) - 1)]


@dataclass(frozen=True)
class Measurement:
    """Every call's latency, and the times of its stages in the order of `STAGES`."""

    latencies_us: list[float]
    stages_us: list[list[float]]
    elapsed_s: float

    def to_json(self) -> dict[str, Any]:
        ordered = sorted(self.latencies_us)
        return {
            "frames": len(ordered),
            "elapsed_s": round(self.elapsed_s, 6),
            "fps": round(len(ordered) / self.elapsed_s, 3),
            "latency_us": {
                "min": round(ordered[0], 1),
                "mean": round(sum(ordered) / len(ordered), 1),
                "p50": round(percentile(ordered, 0.5), 1),
                "p90": round(percentile(ordered, 0.9), 1),
                "p99": round(percentile(ordered, 0.99), 1),
                "max": round(ordered[-1], 1),
            },
            "stages_mean_us": {
                stage: round(sum(values) / len(values), 1) for stage, values in zip(STAGES, self.stages_us, strict=True)
            },
        }


class LoadTest:
    """One thread per function, all started together."""

    def __init__(self, calls: Sequence[Callable[[], list[float]]], warm_up: int) -> None:
        """`calls` each run one frame and return the microseconds of its stages."""
        self._calls = calls
        self._warm_up = warm_up
        self._started = threading.Event()
        self._ready = threading.Barrier(len(calls) + 1)
        self._stop = threading.Event()
        self._frames = itertools.count()
        self._done: list[list[tuple[float, list[float]]]] = [[] for _ in calls]
        self._failure: BaseException | None = None

    def run(
        self, frames: int | None, seconds: float | None, progress: Callable[[int], None] = lambda _: None
    ) -> Measurement:
        """Run until `frames` are done, or for `seconds`. Raises what the first call to fail raised."""
        threads = [
            threading.Thread(target=self._work, args=(i, frames), name=f"load {i}", daemon=True)
            for i in range(len(self._calls))
        ]
        for thread in threads:
            thread.start()
        try:
            self._ready.wait()
        except threading.BrokenBarrierError:
            self._raise_failure()
        start = time.perf_counter()
        self._started.set()
        deadline = start + seconds if seconds else None
        try:
            while any(thread.is_alive() for thread in threads):
                if deadline is not None and time.perf_counter() >= deadline:
                    self._stop.set()
                next((thread for thread in threads if thread.is_alive()), threads[-1]).join(_PROGRESS_S)
                progress(sum(len(done) for done in self._done))
        finally:
            # Ctrl-C ends each thread after its current call.
            self._stop.set()
        elapsed = time.perf_counter() - start
        self._raise_failure()
        samples = [sample for done in self._done for sample in done]
        return Measurement(
            [latency for latency, _ in samples],
            [[stages[i] for _, stages in samples] for i in range(len(STAGES))],
            elapsed,
        )

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self, index: int, frames: int | None) -> None:
        call, done = self._calls[index], self._done[index]
        try:
            for _ in range(self._warm_up):
                call()
            self._ready.wait()
            self._started.wait()
            while not self._stop.is_set() and (frames is None or next(self._frames) < frames):
                start = time.perf_counter_ns()
                stages = call()
                done.append(((time.perf_counter_ns() - start) / 1000, stages))
        except threading.BrokenBarrierError:
            pass  # another thread failed in its warm-up, and has reported
        except BaseException as error:
            self._failure = self._failure or error
            self._stop.set()
            self._ready.abort()
