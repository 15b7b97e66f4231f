# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts and times of both models, as a file that the demo's program reads while the viewer measures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hbm_runtime_core.whole_file import write_whole_text

from .overlay import ModelLine
from .text import View

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import ModelInfo, ModelList

MEASUREMENTS_FILE = "measurements.json"


class ModelStatistics:
    """What came back from one model. Times are milliseconds."""

    def __init__(self) -> None:
        self.frames_sent = 0
        self._latency_ms: list[float] = []
        self._first_s = 0.0
        self._last_s = 0.0

    @property
    def results(self) -> int:
        """How many results came."""
        return len(self._latency_ms)

    def add_result(self, now_ns: int, sent_ns: int) -> None:
        """Count a result.

        Args:
            now_ns: when it arrived, nanoseconds on the clock of `sent_ns`.
            sent_ns: stamp of the picture.
        """
        now_s = now_ns * 1e-9
        if not self._latency_ms:
            self._first_s = now_s
        self._last_s = now_s
        self._latency_ms.append((now_ns - sent_ns) * 1e-6)

    def fps(self) -> float:
        """Results per second between the first and the last one, 0 before the second."""
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
        }


def _percentiles(values_ms: list[float]) -> dict[str, float]:
    if not values_ms:
        return {}
    p50, p99 = np.percentile(values_ms, (50, 99))
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2)}


class Measurements:
    """Counts and times of both models, and what the node reports about itself."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / MEASUREMENTS_FILE
        self.detector = ModelStatistics()
        self.recogniser = ModelStatistics()
        self._node: ModelList | None = None

    @property
    def has_models(self) -> bool:
        """Whether the node has listed its models."""
        return self._node is not None

    @property
    def is_complete(self) -> bool:
        """Whether every frame so far has its result."""
        return all(model.results >= model.frames_sent for model in (self.detector, self.recogniser))

    def set_models(self, message: ModelList) -> None:
        """Take the node's list of models; it comes again when the scheduling changes."""
        self._node = message

    @property
    def result_count(self) -> int:
        """Results of both models so far."""
        return self.detector.results + self.recogniser.results

    def write(self, views: Iterable[View], finished: bool) -> None:
        """Write the file; whoever reads it sees a whole one."""
        document: dict[str, Any] = {"finished": finished, "models": {}}
        if self._node is not None:
            document["backend"] = self._node.backend
            document["soc"] = self._node.soc
            document["bpu_core_count"] = self._node.bpu_core_count
        for name, statistics in self._by_name():
            info = self._info(name)
            entry = statistics.summary()
            if info is not None:
                entry["model_name"] = info.model_name
                entry["bpu_cores"] = list(info.sched.bpu_cores)
                entry["priority"] = info.sched.priority
            document["models"][name] = entry
        document["pictures"] = {
            view.name: {
                "boxes": view.most_boxes,
                "texts": [text.reading.text for text in view.found if text.is_read and text.reading],
            }
            for view in views
        }
        write_whole_text(self._file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")

    def subtitle(self) -> str:
        """What ran, in one line."""
        if self._node is None:
            return ""
        device = f"simulated {self._node.soc}" if self._node.backend == "sim" else self._node.soc
        return f"PP-OCRv4 in one ROS 2 node, {device} with {self._node.bpu_core_count} BPU cores"

    def model_lines(self) -> list[ModelLine]:
        """A line for each model."""
        lines = []
        for name, statistics in self._by_name():
            info = self._info(name)
            summary = statistics.summary()
            latency_ms = summary["latency_ms"]
            times = (
                f", p50 {latency_ms['p50']:.0f} ms, p99 {latency_ms['p99']:.0f} ms from picture to result"
                if latency_ms
                else ""
            )
            cores = f"BPU core {', '.join(map(str, info.sched.bpu_cores))}, " if info else ""
            counts = f"{summary['results']} of {summary['frames_sent']} pictures, {summary['fps']:.1f} per second"
            lines.append(ModelLine(name, cores + counts + times))
        return lines

    def _by_name(self) -> tuple[tuple[str, ModelStatistics], ...]:
        return ("detector", self.detector), ("recogniser", self.recogniser)

    def _info(self, name: str) -> ModelInfo | None:
        models = self._node.models if self._node is not None else ()
        return next((model for model in models if model.name == name), None)
