# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of the node, 1080p NV12, 5 ms model, 1 MiB result ÷ those of a node as in the tutorials."""

import statistics

import numpy as np
from hbm_runtime_ros.msg import InferenceResult
from rclpy.serialization import deserialize_message

from bench.harness import Row, pack, show
from bench.ros_graph import RESULT_BYTES, SIDE, Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 60  # for all three together
SECONDS = 4
ROUNDS = 9


def luma(message: bytes) -> np.ndarray:
    """What the model was given, in the result that was published."""
    outputs = deserialize_message(message, InferenceResult).outputs
    tensor = next(each for each in outputs if each.name == "luma")
    return np.frombuffer(tensor.data, np.uint8).reshape(SIDE, SIDE).astype(int)


def measure() -> Row:
    model = pack(detector("detector", 5000))
    # The echo takes raw pictures and publishes raw bytes, and nothing else: what no node on rclpy can be below.
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "echo": [], "ratio": [], "echo_ratio": []}
    with Graph() as graph:
        nodes = [
            graph.inference_node(detector={"file": model, "input_topic": "/ours/image", "result_topic": "/ours/result"}),
            graph.peer("naive_node.py", model),
            graph.peer("echo_node.py", str(RESULT_BYTES)),
        ]
        sink = graph.sink("/ours/result", "/naive/result", "/echo/result")
        camera = graph.camera("/ours/image", "/naive/image", "/echo/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ)
        frames = round(rate_hz * SECONDS)
        for index in range(ROUNDS + 1):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {frames} 1")
                camera.answer()
                results = sink.take()
            counts = [len(of_topic) for of_topic in results.values()]
            assert min(counts) > frames // 6, f"results of {frames // 3} frames each: {counts}"
            if index == 0:
                ours, naive = (luma(results[topic][-1].message) for topic in ("/ours/result", "/naive/result"))
                difference = np.abs(ours - naive).mean()
                assert difference < 4, f"what both gave the model differs by {difference:.2f} on average"
                continue
            a, b, floor = (seconds / count for seconds, count in zip(used, counts))
            samples["ours"].append(a)
            samples["peer"].append(b)
            samples["echo"].append(floor)
            samples["ratio"].append(a / b)
            samples["echo_ratio"].append(floor / b)
    value = statistics.median(samples["ratio"])
    return Row("node_cpu_vs_naive", value, "ratio", 0.47, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
