# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the viewer measures, as a file that the demo's program reads while it grows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .found_text import View
from .overlay import ModelLine
from .statistics import ModelStatistics

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import InferenceResult, ModelInfo, ModelList

MEASUREMENTS_FILE = "measurements.json"


class Measurements:
    """Counts and times of both models, and what the node tells about itself."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / MEASUREMENTS_FILE
        self.detector = ModelStatistics()
        self.recogniser = ModelStatistics()
        self._node: ModelList | None = None

    @property
    def has_models(self) -> bool:
        """Whether the node has told what it runs."""
        return self._node is not None

    @property
    def is_complete(self) -> bool:
        """Whether every frame so far has its result."""
        return all(model.results >= model.frames_sent for model in (self.detector, self.recogniser))

    def set_models(self, message: ModelList) -> None:
        """Take the node's list of models; it comes again when the scheduling changes."""
        self._node = message

    def add_result(self, model: ModelStatistics, result: InferenceResult, now_ns: int) -> None:
        """Count a result of one of the models."""
        sent_s = result.header.stamp.sec + result.header.stamp.nanosec * 1e-9
        model.add_result(now_ns * 1e-9, sent_s, result.timing.device_ns)

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
        temporary = self._file.with_suffix(".part")
        temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(self._file)

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
            counts = f"{summary['results']} of {summary['frames_sent']} pictures, {summary['fps']:.1f} a second"
            lines.append(ModelLine(name, cores + counts + times))
        return lines

    def _by_name(self) -> tuple[tuple[str, ModelStatistics], ...]:
        return ("detector", self.detector), ("recogniser", self.recogniser)

    def _info(self, name: str) -> ModelInfo | None:
        models = self._node.models if self._node is not None else ()
        return next((model for model in models if model.name == name), None)
