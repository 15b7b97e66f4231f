# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of nodes with the recorder on, 1080p NV12, 5 ms model, 1 MiB result ÷ of nodes without."""

import statistics
import tempfile

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 20
SECONDS = 6
ROUNDS = 12
# The order in which nodes join a topic matters, so each kind is once inside and once outside.
RECORDS = (False, True, True, False)


def measure() -> Row:
    model = pack(detector("detector", 5000))
    topics = [f"/result_{index}" for index in range(len(RECORDS))]
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    with Graph() as graph, tempfile.TemporaryDirectory() as folder:
        recorder = {"recorder": {"directory": folder, "seconds": 2.0, "megabytes": 256}}
        nodes = [
            graph.inference_node(
                detector={"file": model, "input_topic": "/camera/image", "result_topic": topic},
                **(recorder if records else {}),
            )
            for records, topic in zip(RECORDS, topics)
        ]
        sink = graph.sink(*topics)
        camera = graph.camera("/camera/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ, results_per_picture=len(nodes))
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                counts = [len(results) for results in sink.take().values()]
            per_frame = [seconds / count for seconds, count in zip(used, counts)]
            on, off = (
                statistics.mean(each for each, records in zip(per_frame, RECORDS) if records is kind)
                for kind in (True, False)
            )
            samples["ours"].append(on)
            samples["peer"].append(off)
            samples["ratio"].append(on / off)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_cpu_recorder", value, "ratio", 1.03, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
