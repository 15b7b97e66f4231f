# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts and times of one model during the demo."""

from __future__ import annotations

from typing import Any

import numpy as np


class ModelStatistics:
    """What came back from one model. Times are milliseconds."""

    def __init__(self) -> None:
        self.frames_sent = 0
        self._latency_ms: list[float] = []
        self._device_ms: list[float] = []
        self._first_s = 0.0
        self._last_s = 0.0

    @property
    def results(self) -> int:
        """How many results came."""
        return len(self._latency_ms)

    def add_result(self, now_s: float, sent_s: float, device_ns: int) -> None:
        """Count a result.

        Args:
            now_s: when it arrived, seconds on the clock of `sent_s`.
            sent_s: stamp of the picture, seconds.
            device_ns: how long the device worked on it.
        """
        if not self._latency_ms:
            self._first_s = now_s
        self._last_s = now_s
        self._latency_ms.append((now_s - sent_s) * 1e3)
        self._device_ms.append(device_ns * 1e-6)

    def fps(self) -> float:
        """Results a second between the first and the last one, 0 before the second."""
        elapsed_s = self._last_s - self._first_s
        return (self.results - 1) / elapsed_s if elapsed_s > 0 else 0.0

    def summary(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "frames_sent": self.frames_sent,
            "results": self.results,
            "dropped": max(0, self.frames_sent - self.results),
            "fps": round(self.fps(), 2),
            "latency_ms": _percentiles(self._latency_ms),
            "device_ms": _percentiles(self._device_ms),
        }


def _percentiles(values_ms: list[float]) -> dict[str, float]:
    if not values_ms:
        return {}
    p50, p99 = np.percentile(values_ms, (50, 99))
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2)}
