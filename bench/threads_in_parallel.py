# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Calls per second of four Python threads on a timed 5 ms model and four cores ÷ (4 × 200)."""

import statistics
import threading
import time

import numpy as np

from bench.harness import Row, pack, show, timed_model
from hbm_runtime_core import HB_HBMRuntime

LATENCY_S = 0.005
CALLS = 100


def calls_per_second(runtime: HB_HBMRuntime, threads: int) -> float:
    x = np.zeros((1, 16), np.float32)
    ready = threading.Barrier(threads + 1)

    def work(core: int) -> None:
        ready.wait()
        for _ in range(CALLS):
            runtime.run(x, bpu_cores={"model": [core]})

    workers = [threading.Thread(target=work, args=(core,)) for core in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    start = time.perf_counter()
    for worker in workers:
        worker.join()
    return threads * CALLS / (time.perf_counter() - start)


def measure() -> Row:
    runtime = HB_HBMRuntime(pack(timed_model("model", round(LATENCY_S * 1e6))))
    calls_per_second(runtime, 4)
    ratios = [calls_per_second(runtime, 4) / (4 / LATENCY_S) for _ in range(9)]
    what = __doc__.splitlines()[0]
    return Row("threads_in_parallel", statistics.median(ratios), "ratio", 0.97, True, what, {"ratio": ratios})


if __name__ == "__main__":
    show(measure)
