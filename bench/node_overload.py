# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""p99 age of results, 60 s of 1080p pictures at three times what a model can take ÷ (2 × its latency + a picture's period).

The samples also hold what must not grow, the medians of six parts of that minute, and how long `set_parameters` took.
"""

import time

import numpy as np
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, detector, rate_of_this_machine, wait_until

MOST_HZ = 150
DURATION_S = 60
PARTS = 6
TOPIC = "/detector/result"


def measure() -> Row:
    rate_hz = rate_of_this_machine(MOST_HZ)
    latency_ms = 3 * 1000 / rate_hz
    limit_ms = 2 * latency_ms + 1000 / rate_hz
    model = pack(detector("detector", round(latency_ms * 1000)))
    calls_ms: list[float] = []
    with Graph() as graph:
        # On one core: otherwise the scheduler would give each frame in flight a core of its own.
        graph.inference_node(
            detector={"file": model, "input_topic": "/camera/image", "result_topic": TOPIC, "bpu_cores": [0]}
        )
        sink = graph.sink(TOPIC)
        camera = graph.camera("/camera/image")
        client = sink.node.create_client(SetParameters, "/hbm_inference/set_parameters")
        assert client.wait_for_service(120), "the node offers no service set_parameters"
        camera.ask(f"{rate_hz} {round(rate_hz * DURATION_S)} 1")
        wait_until(lambda: bool(sink.results[TOPIC]), "a first result")
        end_s = time.monotonic() + DURATION_S - 2
        while time.monotonic() < end_s:
            parameter = Parameter("detector.priority", value=len(calls_ms) % 200).to_parameter_msg()
            start_s = time.perf_counter()
            future = client.call_async(SetParameters.Request(parameters=[parameter]))
            while not future.done():
                assert time.perf_counter() - start_s < 60, "no answer of set_parameters within 60 s"
                time.sleep(0.0005)
            calls_ms.append((time.perf_counter() - start_s) * 1000)
            time.sleep(0.1)
        sent_s = camera.answer()[1]
        ages_ms = np.array([result.latency_ms for result in sink.take()[TOPIC]])
    parts = np.array_split(ages_ms, PARTS)
    samples = {
        "ratio": [float(np.percentile(part, 99)) / limit_ms for part in parts],
        "median_age_ms": [float(np.median(part)) for part in parts],
        "set_parameters_p99_ms": [float(np.percentile(calls_ms, 99))],
        "results_per_second": [len(ages_ms) / sent_s],
        "latency_ms": [latency_ms],
    }
    value = float(np.percentile(ages_ms, 99)) / limit_ms
    return Row("node_overload", value, "ratio", 1, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
