# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a row is measured: two sides in turn, medians of many rounds, and the spread beside them."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"


@dataclass
class Row:
    """One figure. `samples` holds what it was made from: for each round its "ratio", and both sides' values."""

    key: str
    value: float
    unit: str
    goal: float
    higher_is_better: bool
    what: str
    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal

    @property
    def spread(self) -> tuple[float, float] | None:
        """Quartiles of the rounds; None where there was one."""
        ratios = self.samples.get("ratio", [])
        if len(ratios) < 4:
            return None
        low, _, high = statistics.quantiles(ratios, n=4)
        return low, high

    def as_json(self) -> dict[str, Any]:
        """The row as results.json holds it."""
        return {
            "key": self.key,
            "value": self.value,
            "unit": self.unit,
            "goal": self.goal,
            "goal_is": ">=" if self.higher_is_better else "<=",
            "pass": self.passed,
            "what": self.what,
            "samples": self.samples,
        }

    def __str__(self) -> str:
        """Return the figure, its spread and the goal in one line."""
        sign = "≥" if self.higher_is_better else "≤"
        low, high = self.spread or (self.value, self.value)
        spread = f"({low:.3g} to {high:.3g})" if self.spread else ""
        verdict = "pass" if self.passed else "MISSED"
        return f"{self.key:28} {self.value:8.3f} {self.unit:6} goal {sign} {self.goal:<5} {verdict:6} {spread}"


def seconds_per_call(call: Callable[[], object], number: int) -> float:
    """Median of five batches, seconds for each call."""
    batches = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(number):
            call()
        batches.append((time.perf_counter() - start) / number)
    return statistics.median(batches)


def interleave(
    ours: Callable[[], float], peer: Callable[[], float], rounds: int = 15
) -> tuple[float, dict[str, list[float]]]:
    """Measure both sides in turn; the median ratio ours / peer, and all values. The first round only warms up."""
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": []}
    for index in range(rounds + 1):
        a, b = ours(), peer()
        if index:
            samples["ours"].append(a)
            samples["peer"].append(b)
            samples["ratio"].append(a / b)
    return statistics.median(samples["ratio"]), samples


def pack(*models: dict[str, Any]) -> str:
    """A simulated model file of timed models; it lasts as long as the process' temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="hbm-bench-"))
    (folder / "models.json").write_text(json.dumps({"models": models}))
    path = folder / "models.hbm"
    subprocess.run(
        [sys.executable, "-m", "hbm_runtime_core.cli", "pack", "--spec", str(folder / "models.json"), "-o", str(path)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return str(path)


def timed_model(name: str, latency_us: int, elements: int = 16) -> dict[str, Any]:
    """A description: copies `elements` floats, and takes the time it declares."""
    tensor = {"dtype": "F32", "shape": [1, elements]}
    return {
        "name": name,
        "timing": {"latency_us": latency_us},
        "inputs": [{"name": "x", **tensor}],
        "outputs": [{"name": "y", **tensor, "fill": {"kind": "copy", "input": "x"}}],
    }


def compile_peer(source: str, flags: Sequence[str] = ()) -> str:
    """Compile a C++ program of `peers/` with full optimisation; the path of the program."""
    program = Path(tempfile.mkdtemp(prefix="hbm-bench-")) / Path(source).stem
    command = ["c++", "-std=c++17", "-O3", "-pthread", str(PEERS / source), "-o", str(program), *flags]
    subprocess.run(command, check=True)
    return str(program)


def show(measure: Callable[[], Row]) -> None:
    """Run one row alone and print it; `--json FILE` also keeps it."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figure and what it was made from")
    arguments = parser.parse_args()
    row = measure()
    if arguments.json:
        arguments.json.write_text(json.dumps(row.as_json()))
    print(f"{row.what}\n{row}")
