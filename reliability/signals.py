# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Signals at evenly spread moments, from the first instruction of the node to a second after it takes frames."""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path

from bench.harness import pack
from bench.ros_graph import detector
from reliability.robot import NodeProcess
from reliability.rows import Progress, Row, all_succeed

_AFTER_START_S = 1.0
_READY = "BPU cores"


def signal_everywhere(moments: int) -> list[Row]:
    """Interrupt and terminate the node at so many moments each."""
    models = {"quick": {"file": pack(detector("quick", 1000))}}
    rows = []
    with tempfile.TemporaryDirectory(prefix="hbm-signals-") as name:
        folder = Path(name)
        with NodeProcess(folder, models) as node:
            node.wait_for(_READY)
            last_s = time.monotonic() - node.started_s + _AFTER_START_S
            node.end()
        step_s = last_s / moments
        for number in (signal.SIGINT, signal.SIGTERM):
            progress = Progress(f"signals, {number.name}", moments)
            failures = []
            for moment in range(moments):
                with NodeProcess(folder, models) as node:
                    time.sleep(max(0.0, node.started_s + moment * step_s - time.monotonic()))
                    code = node.end(number)
                    # A process that a signal ends is 128 + the signal to a shell.
                    if code not in (0, 128 + number, -number) or "Traceback" in node.output:
                        failures.append(f"after {moment * step_s:.3f} s: exit code {code}, {node.output[-200:]}")
                progress.step(moment + 1, f"{len(failures)} failures")
            rows.append(
                all_succeed(
                    f"{number.name} ends the node with exit code 0 or {128 + number} and without a traceback",
                    f"{moments} moments, one every {step_s * 1e3:.0f} ms from its first instruction on",
                    moments,
                    failures,
                )
            )
    return rows
