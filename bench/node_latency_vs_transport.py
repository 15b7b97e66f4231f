# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""p50 from publishing a 1080p picture to its 1 MiB result, less 5 ms of device ÷ p50 of a raw echo of the same bytes."""

import statistics

import numpy as np
from hbm_runtime_ros.msg import InferenceResult
from rclpy.serialization import deserialize_message

from bench.harness import Row, pack, show
from bench.ros_graph import RESULT_BYTES, Graph, Result, affordable_rate, detector

DEVICE_MS = 5.0
RATE_HZ = 30  # to each in turn
SECONDS = 3
ROUNDS = 9
STAGES = ("prepare", "input", "submit", "device", "output")


def stages_ms(result: Result) -> dict[str, float]:
    """Where the time of one result went; what is not in the node is transport."""
    timing = deserialize_message(result.message, InferenceResult).timing
    stages = {name: getattr(timing, f"{name}_ns") / 1e6 for name in STAGES}
    stages["rest of the node"] = timing.total_ns / 1e6 - sum(stages.values())
    stages["transport, both ways"] = result.latency_ms - timing.total_ns / 1e6
    return stages


def measure() -> Row:
    model = pack(detector("detector", round(DEVICE_MS * 1000)))
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": [], "ours_ms": [], "echo_ms": []}
    with Graph() as graph:
        graph.inference_node(detector={"file": model, "input_topic": "/ours/image", "result_topic": "/ours/result"})
        graph.peer("echo_node.py", str(RESULT_BYTES))
        sink = graph.sink("/ours/result", "/echo/result")
        camera = graph.camera("/ours/image", "/echo/image")
        rate_hz = affordable_rate(camera, sink, RATE_HZ)
        frames = round(rate_hz * SECONDS)
        for index in range(ROUNDS + 1):
            camera.ask(f"{rate_hz} {frames} 1")
            camera.answer()
            ours, echo = sink.take().values()
            assert min(len(ours), len(echo)) > frames // 4, f"results of {frames // 2} frames: {len(ours)}, {len(echo)}"
            if index == 0:
                continue
            of_stages = [stages_ms(result) for result in ours]
            for name in of_stages[0]:
                samples.setdefault(f"stage: {name}", []).append(statistics.median(of[name] for of in of_stages))
            samples["ours_ms"] += [result.latency_ms for result in ours]
            samples["echo_ms"] += [result.latency_ms for result in echo]
            a, b = (float(np.median([result.latency_ms for result in results])) for results in (ours, echo))
            samples["ours"].append(a - DEVICE_MS)
            samples["peer"].append(b)
            samples["ratio"].append((a - DEVICE_MS) / b)
    value = statistics.median(samples["ratio"])
    return Row("node_latency_vs_transport", value, "ratio", 1.0, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
