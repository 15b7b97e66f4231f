# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Share of results delivered at 60 pictures of 1080p NV12 per second, to two models of 10 ms on two cores."""

import statistics

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, detector

RATE_HZ = 60
FRAMES = 300
ROUNDS = 5


def measure() -> Row:
    model = pack(detector("left", 10_000), detector("right", 10_000))
    names = ("left", "right")
    groups = {
        name: {
            "file": model,
            "model_name": name,
            "input_topic": "/camera/image",
            "result_topic": f"/{name}/result",
            "bpu_cores": [core],
        }
        for core, name in enumerate(names)
    }
    samples: dict[str, list[float]] = {"ratio": [], "on_time": [], **{f"{name}_ms": [] for name in names}}
    with Graph() as graph:
        graph.inference_node(**groups)
        sink = graph.sink(*(f"/{name}/result" for name in names))
        camera = graph.camera("/camera/image")
        for index in range(ROUNDS + 1):
            camera.ask(f"{RATE_HZ} {FRAMES} 1")
            on_time, _ = camera.answer()
            results = sink.take()
            if index == 0:
                continue
            samples["ratio"].append(sum(map(len, results.values())) / (2 * FRAMES))
            samples["on_time"].append(on_time / FRAMES)
            for name, of_topic in zip(names, results.values()):
                samples[f"{name}_ms"] += [result.latency_ms for result in of_topic]
    value = statistics.median(samples["ratio"])
    return Row("node_1080p60", value, "share", 0.99, True, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
