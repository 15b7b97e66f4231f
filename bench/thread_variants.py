# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time and latency of a frame with other threads than the node's, all measured in one run: python3 -m bench.thread_variants.

1080p NV12, a 5 ms model, results of 1 MiB. It prints a table; docs/performance.md has one.
"""

import statistics

import numpy as np

from bench.harness import pack
from bench.ros_graph import RESULT_BYTES, Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 60  # for all together
SECONDS = 4
ROUNDS = 7

VARIANTS = {
    "naive": "node as in the tutorials (`bench/peers/naive_node.py`)",
    "multi_threaded_executor": "callback group per model on a `MultiThreadedExecutor`, everything in the callback",
    "worker_threads": "executor thread takes, two worker threads per model",
    "single_threaded_executor": "everything in the callback on a `SingleThreadedExecutor`",
    "ours": "**the node**: two threads per callback group in turn, native take and publish",
    "echo": "raw echo, without a model (`bench/peers/echo_node.py`)",
}


def measure() -> dict[str, tuple[float, float]]:
    """Return CPU ms per frame and median latency in ms of each variant."""
    model = pack(detector("detector", 5000))
    cpu_ms: dict[str, list[float]] = {name: [] for name in VARIANTS}
    latency_ms: dict[str, list[float]] = {name: [] for name in VARIANTS}
    with Graph() as graph:
        nodes = []
        for name in VARIANTS:
            if name == "ours":
                topics = {"input_topic": "/ours/image", "result_topic": "/ours/result"}
                nodes.append(graph.inference_node(detector={"file": model, **topics}))
            elif name == "echo":
                nodes.append(graph.peer("echo_node.py", str(RESULT_BYTES)))
            elif name == "naive":
                nodes.append(graph.peer("naive_node.py", model))
            else:
                nodes.append(graph.peer("thread_variants.py", name, model))
        sink = graph.sink(*(f"/{name}/result" for name in VARIANTS))
        camera = graph.camera(*(f"/{name}/image" for name in VARIANTS))
        rate_hz = affordable_rate(camera, sink, RATE_HZ)
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                results = list(sink.take().values())
            for name, seconds, of_variant in zip(VARIANTS, used, results):
                cpu_ms[name].append(1000 * seconds / len(of_variant))
                latency_ms[name].append(float(np.median([result.latency_ms for result in of_variant])))
    return {name: (statistics.median(cpu_ms[name]), statistics.median(latency_ms[name])) for name in VARIANTS}


def main() -> None:
    """Print the table."""
    print("| variant | CPU ms per frame | p50 latency, ms |\n| --- | --: | --: |")
    for name, (cpu_ms, latency_ms) in measure().items():
        print(f"| {VARIANTS[name]} | {cpu_ms:.2f} | {latency_ms:.1f} |")


if __name__ == "__main__":
    main()
