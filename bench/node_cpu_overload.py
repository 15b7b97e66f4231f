# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU of the node at three times the 1080p pictures per second that its model can take ÷ at as many as it can take."""

import statistics

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, cpu_seconds, detector, rate_of_this_machine

MOST_HZ = 90
SECONDS = 2.5
ROUNDS = 5
TOPIC = "/detector/result"


def measure() -> Row:
    overload_hz = rate_of_this_machine(MOST_HZ)
    capacity_hz = overload_hz / 3
    model = pack(detector("detector", round(1e6 / capacity_hz)))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "capacity_hz": [], "results_hz": []}
    with Graph() as graph:
        # On one core: otherwise the scheduler would give each frame in flight a core of its own.
        node = graph.inference_node(
            detector={"file": model, "input_topic": "/camera/image", "result_topic": TOPIC, "bpu_cores": [0]}
        )
        sink = graph.sink(TOPIC)
        camera = graph.camera("/camera/image")

        def cpu_per_second(rate_hz: float) -> float:
            with cpu_seconds([node]) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                sent_s = camera.answer()[1]
            results = len(sink.take()[TOPIC])
            samples["results_hz"].append(results / sent_s)
            return used[0] / sent_s

        for index in range(ROUNDS + 1):
            overload, capacity = cpu_per_second(overload_hz), cpu_per_second(capacity_hz)
            if index == 0:
                continue
            samples["ours"].append(overload)
            samples["peer"].append(capacity)
            samples["ratio"].append(overload / capacity)
            samples["capacity_hz"].append(capacity_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_cpu_overload", value, "ratio", 1.5, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
