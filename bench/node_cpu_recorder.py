# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU seconds per frame of a node with the recorder on, 1080p NV12, 5 ms model, 1 MiB result ÷ of one without."""

import statistics
import tempfile

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, affordable_rate, cpu_seconds, detector

RATE_HZ = 30
SECONDS = 3
ROUNDS = 15


def measure() -> Row:
    model = pack(detector("detector", 5000))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "rate_hz": []}
    with Graph() as graph, tempfile.TemporaryDirectory() as folder:
        recorder = {"directory": folder, "seconds": 2.0, "megabytes": 256}
        detectors = [
            {"file": model, "input_topic": "/camera/image", "result_topic": f"/{which}/result"} for which in ("on", "off")
        ]
        nodes = [
            graph.inference_node(detector=detectors[0], recorder=recorder),
            graph.inference_node(detector=detectors[1]),
        ]
        sink = graph.sink("/on/result", "/off/result")
        camera = graph.camera("/camera/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ, results_per_picture=2.0)
        for _ in range(ROUNDS):
            with cpu_seconds(nodes) as used:
                camera.ask(f"{rate_hz} {round(rate_hz * SECONDS)} 1")
                camera.answer()
                counts = [len(results) for results in sink.take().values()]
            on, off = (seconds / count for seconds, count in zip(used, counts))
            samples["ours"].append(on)
            samples["peer"].append(off)
            samples["ratio"].append(on / off)
            samples["rate_hz"].append(rate_hz)
    value = statistics.median(samples["ratio"])
    return Row("node_cpu_recorder", value, "ratio", 1.03, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
