# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results per second of two models of one node, 1080p pictures, on two cores ÷ both on one core."""

import statistics

from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from bench.harness import Row, pack, show
from bench.ros_graph import Graph, detector, rate_of_this_machine, wait_until

MOST_HZ = 60  # of models that take 20 ms, and slower ones on a slower machine
WINDOW_S = 3.0
ROUNDS = 5
NAMES = ("left", "right")


def measure() -> Row:
    rate_hz = rate_of_this_machine(MOST_HZ)
    model = pack(*(detector(name, round(20_000 * MOST_HZ / rate_hz)) for name in NAMES))
    groups = {
        name: {"file": model, "model_name": name, "input_topic": "/camera/image", "result_topic": f"/{name}/result"}
        for name in NAMES
    }
    samples: dict[str, list[float]] = {"ours": [], "peer": [], "ratio": []}
    with Graph() as graph:
        graph.inference_node(**groups)
        sink = graph.sink(*(f"/{name}/result" for name in NAMES))
        camera = graph.camera("/camera/image")
        client = sink.node.create_client(SetParameters, "/hbm_inference/set_parameters")
        assert client.wait_for_service(120), "the node offers no service set_parameters"

        def results_per_second(*cores: int) -> float:
            parameters = [
                Parameter(f"{name}.bpu_cores", value=[core]).to_parameter_msg() for name, core in zip(NAMES, cores)
            ]
            future = client.call_async(SetParameters.Request(parameters=parameters))
            wait_until(future.done, "an answer of set_parameters")
            camera.ask(f"{rate_hz} {round(rate_hz * WINDOW_S)} 1")
            sent_s = camera.answer()[1]
            return sum(map(len, sink.take().values())) / sent_s

        for index in range(ROUNDS + 1):
            two_cores, one_core = results_per_second(0, 1), results_per_second(0, 0)
            if index:
                samples["ours"].append(two_cores)
                samples["peer"].append(one_core)
                samples["ratio"].append(two_cores / one_core)
    value = statistics.median(samples["ratio"])
    return Row("node_two_cores", value, "ratio", 1.9, True, __doc__.splitlines()[0], samples)


if __name__ == "__main__":
    show(measure)
