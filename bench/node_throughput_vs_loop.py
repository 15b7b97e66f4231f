# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results per second through ROS, 1080p pictures faster than the model ÷ calls per second of a plain `run()` loop."""

import statistics
import time

import numpy as np

from bench.harness import Row, pack, show
from bench.ros_graph import SIDE, Graph, detector, rate_of_this_machine
from hbm_runtime_core import HB_HBMRuntime

MOST_HZ = 150  # for a model that takes 10 ms, and a slower one on a slower machine
WINDOW_S = 2.5
ROUNDS = 7


def measure() -> Row:
    rate_hz = rate_of_this_machine(MOST_HZ)
    model = pack(detector("detector", round(10_000 * MOST_HZ / rate_hz)))
    runtime = HB_HBMRuntime(model)
    inputs = {
        "data_y": np.zeros((1, SIDE, SIDE, 1), np.uint8),
        "data_uv": np.zeros((1, SIDE // 2, SIDE // 2, 2), np.uint8),
    }

    def loop() -> float:
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < WINDOW_S:
            runtime.run(inputs)
            count += 1
        return count / (time.perf_counter() - start)

    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "sent_per_second": []}
    with Graph() as graph:
        # On one core, as the loop: otherwise the node works on two frames at a time.
        graph.inference_node(
            detector={"file": model, "input_topic": "/ours/image", "result_topic": "/ours/result", "bpu_cores": [0]}
        )
        sink = graph.sink("/ours/result")
        camera = graph.camera("/ours/image")
        frames = round(rate_hz * WINDOW_S)
        for index in range(ROUNDS + 1):
            camera.ask(f"{rate_hz} {frames} 1")
            sent_s = camera.answer()[1]
            (results,) = sink.take().values()
            b = loop()
            if index == 0:
                continue
            a = len(results) / sent_s
            samples["sent_per_second"].append(frames / sent_s)
            samples["ours"].append(a)
            samples["peer"].append(b)
            samples["ratio"].append(a / b)
    value = statistics.median(samples["ratio"])
    return Row("node_throughput_vs_loop", value, "ratio", 0.97, True, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
