# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Speed of a counting Python thread while another one runs a timed 5 ms model ÷ its speed alone."""

import threading
import time

import numpy as np

from bench.harness import Row, interleave, pack, show, timed_model
from hbm_runtime_core import HB_HBMRuntime

WINDOW_S = 0.2


def counts_per_second() -> float:
    count = 0
    start = time.perf_counter()
    while time.perf_counter() - start < WINDOW_S:
        count += 1
    return count / WINDOW_S


def measure() -> Row:
    runtime = HB_HBMRuntime(pack(timed_model("model", 5000, elements=1 << 18)))
    x = np.zeros((1, 1 << 18), np.float32)

    def beside_native_work() -> float:
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                runtime.run(x)

        worker = threading.Thread(target=work)
        worker.start()
        speed = counts_per_second()
        stop.set()
        worker.join()
        return speed

    value, samples = interleave(beside_native_work, counts_per_second)
    return Row("gil_free", value, "ratio", 0.95, True, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
