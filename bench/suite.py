# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the rows, each in a process of its own, because each sets up its own device and its own ROS graph."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import machine

ROWS = (
    "call_overhead_vs_onnxruntime",
    "call_overhead_vs_c",
    "queued_overhead_vs_handoff",
    "network_vs_engine",
    "models_in_parallel",
    "threads_in_parallel",
    "gil_free",
    "output_copies",
    "prepare_vs_opencv",
    "decode_vs_numpy",
    "decode_vs_pass",
    "overlay_vs_opencv",
    "node_cpu_vs_naive",
    "node_cpu_vs_echo",
    "node_latency_vs_transport",
    "node_throughput_vs_loop",
    "node_1080p60",
    "node_two_cores",
    "node_two_models_one_topic",
    "node_hbmem_vs_raw",
    "node_overload",
    "node_cpu_overload",
    "node_decoded_cpu",
    "node_cpu_recorder",
    "node_lazy_idle",
    "param_set_under_load_ms",
    "import_vs_numpy",
    "growth",
)
# Curves without a goal, for the plots.
CURVES = ("scaling",)

CHECKOUT = Path(__file__).resolve().parent.parent
# A row that takes longer hangs.
_LIMIT_S = 1200


def run(names: Sequence[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Measure rows and curves one after another, a line each; their results, and what the failed ones said."""
    results: list[dict[str, Any]] = []
    failures: dict[str, str] = {}
    with own_ros_domain(), tempfile.TemporaryDirectory(prefix="hbm-bench-") as folder:
        for index, name in enumerate(names, 1):
            print(f"[{index:2}/{len(names)}] {name:30}", end="", flush=True)
            started_s, load = time.monotonic(), machine.load()
            file = Path(folder) / f"{name}.json"
            complaint = _measure(name, file)
            duration_s = time.monotonic() - started_s
            if complaint is None:
                results.append({**json.loads(file.read_text()), "load": round(load, 2), "duration_s": round(duration_s, 1)})
                print(f"{duration_s:5.0f} s   load {load:.1f}", flush=True)
            else:
                failures[name] = complaint
                print(f"{duration_s:5.0f} s   FAILED\n{complaint}", flush=True)
    return results, failures


def _measure(name: str, file: Path) -> str | None:
    """Run a row; None, or the end of what it said where it failed."""
    command = [sys.executable, "-m", f"bench.{name}", "--json", str(file)]
    with tempfile.TemporaryFile("w+") as output:
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT) as process:
            try:
                code: int | str = process.wait(_LIMIT_S)
            except subprocess.TimeoutExpired:
                # An interrupt lets the row stop what it has started.
                process.send_signal(2)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                code = f"none: it ran longer than {_LIMIT_S} s"
        if code == 0:
            return None
        output.seek(0)
        return f"exit code {code}\n" + "\n".join(output.read().splitlines()[-30:])


@contextmanager
def own_ros_domain() -> Iterator[None]:
    """Take a DDS domain that no other test or measurement on this machine has."""
    from domain_coordinator import domain_id

    with domain_id() as identifier:
        os.environ["ROS_DOMAIN_ID"] = str(identifier)
        os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
        yield
