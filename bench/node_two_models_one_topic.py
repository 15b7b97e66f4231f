# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per 1080p picture of a node with two 5 ms models on one topic ÷ of a node with one of them."""

import statistics

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 40  # for both nodes together
SECONDS = 3
ROUNDS = 9


def measure() -> Row:
    model = pack(detector("detector", 5000))

    def group(node: str, name: str) -> dict[str, str]:
        return {"file": model, "input_topic": f"/{node}/image", "result_topic": f"/{node}/{name}"}

    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    with Graph() as graph:
        nodes = [
            graph.inference_node(left=group("two", "left"), right=group("two", "right")),
            graph.inference_node(only=group("one", "only")),
        ]
        sink = graph.sink("/two/left", "/two/right", "/one/only")
        camera = graph.camera("/two/image", "/one/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ, 1.5)
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                left, right, only = (len(results) for results in sink.take().values())
            two, one = used[0] / ((left + right) / 2), used[1] / only
            samples["ours"].append(two)
            samples["peer"].append(one)
            samples["ratio"].append(two / one)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_two_models_one_topic", value, "ratio", 1.4, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
