# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of the node on HbmMsg1080P from a camera that lends ÷ on the same picture as sensor_msgs/Image."""

import statistics

import psutil

from bench.harness import Row, pack, show
from bench.ros_graph import LOANS, Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 25
FRAMES = 60
ROUNDS = 5


def measure() -> Row:
    model = pack(detector("detector", 5000))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    with Graph() as graph:

        def group(name: str) -> dict[str, dict[str, str]]:
            return {name: {"file": model, "input_topic": f"/{name}/image", "result_topic": f"/{name}/result"}}

        lent = graph.inference_node(LOANS, **group("lent"))
        raw = graph.inference_node(**group("raw"))
        sink = graph.sink("/lent/result", "/raw/result")
        cameras = {"lent": graph.lending_camera("/lent/image"), "raw": graph.camera("/raw/image")}
        rate_hz = min(affordable_rate(camera, sink, RATE_HZ) for camera in cameras.values())

        def cpu_per_frame(name: str, node: psutil.Process) -> float:
            with cpu_seconds([node]) as used:
                cameras[name].ask(f"{rate_hz} {FRAMES} 1")
                cameras[name].answer()
                results = sink.take()[f"/{name}/result"]
            return used[0] / len(results)

        for _ in range(ROUNDS):
            ours, peer = cpu_per_frame("lent", lent), cpu_per_frame("raw", raw)
            samples["ours"].append(ours)
            samples["peer"].append(peer)
            samples["ratio"].append(ours / peer)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_hbmem_vs_raw", value, "ratio", 0.5, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
