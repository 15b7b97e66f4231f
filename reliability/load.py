# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""More pictures than the node can take: three times its capacity, eight cameras, 4K, 32 models."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.harness import pack
from reliability.robot import NODE, NodeProcess, Robot
from reliability.rows import Progress, Row, at_least, at_most, at_most_seconds

WIDTH, HEIGHT = 128, 96
_INFERENCE_S = 0.06
_OVERLOAD = 3
_URGENT_HZ = 4.0
# Twice the inferences that a picture may wait for: three of the device's, and its own.
_OLDEST_S = 8 * _INFERENCE_S
# Tasks that the device has taken already are not interrupted, three of them with the defaults of the simulator.
_URGENT_S = 5 * _INFERENCE_S
_WARM_UP_S = 5.0
_GROWTH_MIB = 4.0
_ANSWER_S = 0.5


def echo(name: str, latency_s: float = 0.001, width: int = WIDTH, height: int = HEIGHT) -> dict[str, Any]:
    """A timed model that gives the luma of its NV12 picture back."""
    return {
        "name": name,
        "timing": {"latency_us": round(latency_s * 1e6)},
        "inputs": [{"name": "data", "nv12": {"width": width, "height": height}}],
        "outputs": [
            {"name": "luma", "dtype": "U8", "shape": [1, height, width, 1], "fill": {"kind": "copy", "input": "data_y"}}
        ],
    }


def overload(seconds: int) -> list[Row]:
    """Two equal models and an urgent one on one core, with three times the pictures that the core can take."""
    file = pack(*(echo(name, _INFERENCE_S) for name in ("left", "right", "urgent")))
    common = {"file": file, "bpu_cores": [0], "priority": 10}
    models = {
        "left": {**common, "model_name": "left", "input_topic": "/camera"},
        "right": {**common, "model_name": "right", "input_topic": "/camera"},
        "urgent": {**common, "model_name": "urgent", "input_topic": "/urgent", "priority": 200},
    }
    answers_s: list[float] = []
    memory_mib: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="hbm-load-") as folder,
        Robot() as robot,
        NodeProcess(Path(folder), models) as node,
    ):
        results = {name: robot.results(f"/{NODE}/{name}/result") for name in models}
        robot.camera("/camera", WIDTH, HEIGHT, _OVERLOAD / _INFERENCE_S)
        robot.camera("/urgent", WIDTH, HEIGHT, _URGENT_HZ)
        for each in results.values():
            each.wait_for(1)
        change = robot.parameter_service()
        time.sleep(_WARM_UP_S)
        for each in results.values():
            each.clear()
        progress = Progress("load", seconds)
        began_s = time.monotonic()
        while (elapsed_s := time.monotonic() - began_s) < seconds:
            # A time limit that is never reached, so that the change changes nothing else.
            answers_s.append(change("left.timeout_ms", 20_000 + len(answers_s) % 2))
            memory_mib.append(psutil.Process(node.process.pid).memory_full_info().uss / 2**20)
            time.sleep(0.2)
            progress.step(min(seconds, round(elapsed_s)))
        counts = {name: len(each) for name, each in results.items()}
        equal = [counts["left"], counts["right"]]
        amount = f"{seconds} s, {_OVERLOAD} times the capacity"
        of_equals_s = [age_s for name in ("left", "right") for age_s in results[name].ages_s]
        disordered = sum(each.disordered for each in results.values())
        return [
            at_most("results after one of a newer picture", f"{sum(counts.values()):,} results", disordered, 0, ""),
            at_most_seconds("age of results, 99th percentile", amount, _percentile(of_equals_s, 99), _OLDEST_S),
            at_most("age of the last tenth of the results ÷ of the first", amount, _aging(results["left"].ages_s), 1.3, ""),
            at_least("results of the slower ÷ of the faster of two equal models", amount, min(equal) / max(equal), 0.9, ""),
            at_least(
                "results of the urgent model ÷ pictures for it", amount, counts["urgent"] / (seconds * _URGENT_HZ), 0.9, ""
            ),
            at_most_seconds(
                "age of results of the urgent model, median", amount, _percentile(results["urgent"].ages_s, 50), _URGENT_S
            ),
            at_most_seconds(
                "answers of the parameter service, 99th percentile", amount, _percentile(answers_s, 99), _ANSWER_S
            ),
            at_most("growth of memory, last tenth - first tenth", amount, _growth(memory_mib), _GROWTH_MIB, "MiB"),
        ]


def many_pictures(seconds: int) -> list[Row]:
    """Eight cameras with a model each; then a camera of 4K; then 32 models on one camera."""
    return [
        _delivered("8 cameras of 640 x 480 with a model each", seconds, 8, 8, (640, 480), 5.0),
        _delivered("a camera of 3840 x 2160", seconds, 1, 1, (3840, 2160), 2.0),
        _delivered("32 models on one camera", seconds, 1, 32, (640, 480), 1.0),
    ]


def _delivered(what: str, seconds: int, cameras: int, count: int, size: tuple[int, int], rate_hz: float) -> Row:
    names = [f"model_{index}" for index in range(count)]
    file = pack(*(echo(name) for name in names))
    models = {
        name: {"file": file, "model_name": name, "input_topic": f"/camera_{index % cameras}"}
        for index, name in enumerate(names)
    }
    with tempfile.TemporaryDirectory(prefix="hbm-load-") as folder, Robot() as robot, NodeProcess(Path(folder), models):
        results = [robot.results(f"/{NODE}/{name}/result") for name in names]
        for index in range(cameras):
            robot.camera(f"/camera_{index}", *size, rate_hz)
        for each in results:
            each.wait_for(1)
        time.sleep(1.0)
        before = [len(each) for each in results]
        time.sleep(seconds)
        fewest = min(len(each) - start for each, start in zip(results, before))
    return at_least(
        f"results ÷ pictures of the slowest model, {what}", f"{seconds} s", fewest / (seconds * rate_hz), 0.8, ""
    )


def _percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("inf")


def _aging(ages_s: Sequence[float]) -> float:
    parts = np.array_split(np.asarray(ages_s), 10)
    return float(np.median(parts[-1]) / np.median(parts[0]))


def _growth(values: Sequence[float]) -> float:
    parts = np.array_split(np.asarray(values), 10)
    return float(np.median(parts[-1]) - np.median(parts[0]))
