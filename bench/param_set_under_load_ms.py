# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""p99 of the service call behind `ros2 param set`, while both models of a node get more 1080p pictures than they can process."""

import threading
import time

import numpy as np
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, detector, rate_of_this_machine, wait_until

MOST_HZ = 120  # for models that take 10 ms, and slower ones on a slower machine
CALLS = 400


def measure() -> Row:
    rate_hz = rate_of_this_machine(MOST_HZ)
    model = pack(*(detector(name, round(10_000 * MOST_HZ / rate_hz)) for name in ("left", "right")))
    groups = {
        name: {"file": model, "model_name": name, "input_topic": "/camera/image", "result_topic": f"/{name}/result"}
        for name in ("left", "right")
    }
    calls_ms: list[float] = []
    with Graph() as graph:
        graph.inference_node(**groups)
        sink = graph.sink("/left/result", "/right/result")
        camera = graph.camera("/camera/image")
        client = sink.node.create_client(SetParameters, "/hbm_inference/set_parameters")
        assert client.wait_for_service(120), "the node offers no service set_parameters"
        camera.ask(f"{rate_hz} {round(rate_hz * 15)} 1")
        wait_until(lambda: all(sink.results.values()), "first results")
        for index in range(CALLS + 20):
            parameter = Parameter("left.priority", value=index % 200).to_parameter_msg()
            start = time.perf_counter()
            future = client.call_async(SetParameters.Request(parameters=[parameter]))
            done = threading.Event()
            future.add_done_callback(lambda _, done=done: done.set())
            assert done.wait(60), "no answer of set_parameters within 60 s"
            if index >= 20:
                calls_ms.append((time.perf_counter() - start) * 1000)
            assert future.result().results[0].successful, future.result().results[0].reason
            time.sleep(0.01)
        delivered = {topic: len(results) for topic, results in sink.results.items()}
        camera.answer()
    assert all(delivered.values()), f"a model was starved: {delivered}"
    value = float(np.percentile(calls_ms, 99))
    samples = {"ours_ms": calls_ms, "ratio": [float(np.percentile(part, 99)) for part in np.array_split(calls_ms, 4)]}
    return Row("param_set_under_load_ms", value, "ms", 50, False, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
