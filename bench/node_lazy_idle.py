# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU of a node whose model is lazy, in % of a core, while a camera sends it 30 1080p pictures per second, without a subscriber."""

import statistics
import time

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, cpu_seconds, detector, wait_until

RATE_HZ = 30
ROUNDS = 5
ROUND_S = 4.0


def measure() -> Row:
    model = pack(detector("detector", 5000))
    shares: list[float] = []
    with Graph() as graph:
        node = graph.inference_node(detector={"file": model, "input_topic": "/camera/image", "lazy": True})

        sink = graph.sink()
        wait_until(lambda: sink.node.count_publishers("/hbm_inference/detector/result") > 0, "the node")
        time.sleep(2.0)  # what a start leaves to do
        camera = graph.camera("/camera/image")
        # Nobody is waited for: that nobody listens is the point.
        camera.ask(f"{RATE_HZ} {round(RATE_HZ * (ROUNDS * ROUND_S + 1))} 0")
        for _ in range(ROUNDS):
            with cpu_seconds([node]) as used:
                time.sleep(ROUND_S)
            shares.append(used[0] / ROUND_S * 100)
        camera.answer()
    return Row("node_lazy_idle", statistics.median(shares), "%", 2, False, __doc__, {"ours": shares, "ratio": shares})


if __name__ == "__main__":
    show(measure)
