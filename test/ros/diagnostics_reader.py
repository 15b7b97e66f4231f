# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads /diagnostics, by model."""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from graph import Graph, wait_until


class DiagnosticsReader:
    def __init__(self, graph: Graph, node_name: str = "hbm_inference") -> None:
        self._node_name = node_name
        self._last: dict[str, DiagnosticStatus] = {}
        self.arrays = 0
        graph.node.create_subscription(DiagnosticArray, "/diagnostics", self._take, 10)

    def _take(self, message: DiagnosticArray) -> None:
        statuses = {
            status.name.removeprefix(f"{self._node_name}: "): status
            for status in message.status
            if status.name.startswith(f"{self._node_name}: ")
        }
        # The updater announces each status on its own at the start.
        if len(statuses) > 1:
            self._last = statuses
            self.arrays += 1

    def next(self) -> dict[str, DiagnosticStatus]:
        """Wait for the status that begins after this call, and return it by name."""
        seen = self.arrays
        wait_until(lambda: self.arrays >= seen + 2, "diagnostics")
        return self._last

    def values(self, model: str) -> dict[str, str]:
        """Return the values of the next status of a model, which may have been loaded a moment ago."""
        name = f"model {model}"
        wait_until(lambda: name in self.next(), f"a status of {model}")
        return {item.key: item.value for item in self._last[name].values}

    def counts(self, model: str) -> dict[str, int]:
        """Return the counts of a model once nothing of it is in flight: received, inferred, and drops by reason."""
        values: dict[str, Any] = {}

        def settled() -> bool:
            values.update(self.values(model))
            return values["in flight"] == "0"

        wait_until(settled, f"the frames of {model} to end")
        counts = {"received": int(values["received"]), "inferred": int(values["inferred"])}
        counts |= {key.removeprefix("dropped: "): int(n) for key, n in values.items() if key.startswith("dropped: ")}
        return counts
