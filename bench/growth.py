# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cost of a call with 2 to 16 models loaded, and with 4 to 32 tasks in flight, ÷ with one: the largest of the ratios."""

import os

os.environ["HBM_SIM_EXECUTION"] = "inline"

import statistics

import numpy as np

from bench.harness import Row, interleave, pack, seconds_per_call, show, timed_model
from hbm_runtime_core import HB_HBMRuntime

LOADED = (2, 4, 8, 16)
IN_FLIGHT = (4, 16, 32)
ELEMENTS = 16


def one_call(models: int) -> float:
    """Seconds of a call of the last of `models` loaded models."""
    runtime, x = _loaded(models)
    last = runtime.model_names[-1]
    return seconds_per_call(lambda: runtime.run(x, model_name=last), 2000)


def one_of(tasks: int) -> float:
    """Seconds that each of `tasks` tasks of one call costs: all are in flight before the first is waited for."""
    runtime, x = _loaded(tasks)
    inputs = {name: {"x": x} for name in runtime.model_names}
    return seconds_per_call(lambda: runtime.run(inputs), 2000 // tasks) / tasks


_runtimes: dict[int, HB_HBMRuntime] = {}


def _loaded(models: int) -> tuple[HB_HBMRuntime, np.ndarray]:
    if models not in _runtimes:
        _runtimes[models] = HB_HBMRuntime(pack(*(timed_model(f"model{i:02}", 0, ELEMENTS) for i in range(models))))
    return _runtimes[models], np.zeros((1, ELEMENTS), np.float32)


def measure() -> Row:
    samples: dict[str, list[float]] = {}
    for models in LOADED:
        samples[f"{models} loaded"] = interleave(lambda: one_call(models), lambda: one_call(1))[1]["ratio"]
    for tasks in IN_FLIGHT:
        samples[f"{tasks} in flight"] = interleave(lambda: one_of(tasks), lambda: one_of(1))[1]["ratio"]
    samples["ratio"] = max(samples.values(), key=statistics.median)
    value = statistics.median(samples["ratio"])
    return Row("growth", value, "ratio", 1.2, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
