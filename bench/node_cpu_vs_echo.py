# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of the node, 1080p NV12, 5 ms model, 1 MiB result ÷ of a raw echo of the same bytes in rclpy."""

import statistics

from bench.harness import Row, pack, show
from bench.ros_graph import RESULT_BYTES, Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 50  # for both together
SECONDS = 3
ROUNDS = 9


def measure() -> Row:
    model = pack(detector("detector", 5000))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    with Graph() as graph:
        nodes = [
            graph.inference_node(detector={"file": model, "input_topic": "/ours/image", "result_topic": "/ours/result"}),
            graph.peer("echo_node.py", str(RESULT_BYTES)),
        ]
        sink = graph.sink("/ours/result", "/echo/result")
        camera = graph.camera("/ours/image", "/echo/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ)
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                counts = [len(results) for results in sink.take().values()]
            ours, echo = (seconds / count for seconds, count in zip(used, counts))
            samples["ours"].append(ours)
            samples["peer"].append(echo)
            samples["ratio"].append(ours / echo)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_cpu_vs_echo", value, "ratio", 1.05, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
