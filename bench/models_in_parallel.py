# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Four timed 10 ms models on four cores in one `run()` ÷ 10 ms."""

import statistics

import numpy as np

from bench.harness import Row, pack, seconds_per_call, show, timed_model
from hbm_runtime_core import HB_HBMRuntime

LATENCY_S = 0.010


def measure() -> Row:
    names = [f"model{index}" for index in range(4)]
    runtime = HB_HBMRuntime(pack(*(timed_model(name, round(LATENCY_S * 1e6)) for name in names)))
    runtime.set_scheduling_params(bpu_cores={name: [core] for core, name in enumerate(names)})
    inputs = {name: {"x": np.zeros((1, 16), np.float32)} for name in names}
    runtime.run(inputs)
    ratios = [seconds_per_call(lambda: runtime.run(inputs), 5) / LATENCY_S for _ in range(15)]
    what = __doc__.splitlines()[0]
    return Row("models_in_parallel", statistics.median(ratios), "ratio", 1.05, False, what, {"ratio": ratios})


if __name__ == "__main__":
    show(measure)
