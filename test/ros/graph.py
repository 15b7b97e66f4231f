# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node of the tests' own that publishes pictures to the node under test and collects what it answers."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import rclpy
from hbm_runtime_ros.msg import InferenceResult, ModelList
from rcl_interfaces.msg import Log, ParameterValue
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from hbm_runtime_ros.group_threads import SpinThread

PATIENCE_S = 20.0
REPEAT_S = 5.0
READ_ONLY = ("get_state", "get_parameters", "describe_parameters", "list_models", "get_model_info")


def picture(data: np.ndarray, width: int, height: int, encoding: str, step: int, frame_id: str = "camera") -> Image:
    message = Image(width=width, height=height, encoding=encoding, step=step)
    message.header.frame_id = frame_id
    message.data.frombytes(np.ascontiguousarray(data).tobytes())
    return message


def nv12_picture(width: int, height: int, seed: int = 0) -> Image:
    data = np.random.default_rng(seed).integers(16, 235, width * height * 3 // 2, dtype=np.uint8)
    return picture(data, width, height, "nv12", width)


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain: {what}"
        time.sleep(0.005)


class Graph:
    """Talks to one inference node. Spins in a thread of its own; use as a context manager."""

    def __init__(self, node_name: str = "/hbm_inference") -> None:
        self._node_name = node_name
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node("graph_of_the_test", context=self._context)
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self.node)
        self._spinning = SpinThread(executor)
        self._spinning.start()
        self._publishers: dict[tuple[str, type], Any] = {}
        self.logs: list[Log] = []
        self.node.create_subscription(Log, "/rosout", self.logs.append, QoSProfile(depth=100))

    def __enter__(self) -> "Graph":
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._spinning.stop(), "a callback of the test does not return"
        self.node.destroy_node()
        self._context.try_shutdown()

    def results(self, topic: str) -> list[InferenceResult]:
        """Return a list that grows with every result on `topic`, once that has a publisher."""
        return self._collect(InferenceResult, topic, QoSProfile(depth=100))

    def model_lists(self, patience_s: float = PATIENCE_S) -> list[ModelList]:
        qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        return self._collect(ModelList, f"{self._node_name}/models", qos, patience_s)

    def _collect(self, kind: type, topic: str, qos: QoSProfile, patience_s: float = PATIENCE_S) -> list:
        collected: list = []
        subscription = self.node.create_subscription(kind, topic, collected.append, qos)
        wait_until(lambda: subscription.get_publisher_count() > 0, f"a publisher on {topic}", patience_s)
        return collected

    def publish(self, topic: str, message: Any) -> Any:
        """Stamp and publish `message` once somebody listens to `topic`."""
        message.header.stamp = self.node.get_clock().now().to_msg()
        return self.publish_as_it_is(topic, message)

    def publish_as_it_is(self, topic: str, message: Any) -> Any:
        """Publish `message` once somebody listens to `topic`."""
        key = topic, type(message)
        if key not in self._publishers:
            self._publishers[key] = self.node.create_publisher(type(message), topic, 10)
        publisher = self._publishers[key]
        wait_until(lambda: publisher.get_subscription_count() > 0, f"a subscriber on {topic}")
        publisher.publish(message)
        return message

    def unpublish(self, topic: str, kind: type = Image) -> None:
        """Take the publisher of `topic` away, as a driver that ends."""
        publisher = self._publishers.pop((topic, kind), None)
        if publisher is not None:
            self.node.destroy_publisher(publisher)

    def infer(self, topic: str, message: Any, results: list[InferenceResult]) -> InferenceResult:
        """Publish until the result of a picture arrives; a best-effort subscription may miss the first ones."""
        stamps = []
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            stamps.append(self.publish(topic, message).header.stamp)
            again = time.monotonic() + 1.0
            while time.monotonic() < again:
                for result in results:
                    if result.header.stamp in stamps:
                        return result
                time.sleep(0.005)
        raise AssertionError(f"no result for a picture on {topic}; the node said: {self.warnings()}")

    def warnings(self) -> list[str]:
        return [log.msg for log in list(self.logs) if log.level >= Log.WARN]

    def set_parameters(self, values: dict[str, Any]) -> Sequence[Any]:
        parameters = [Parameter(name, value=value).to_parameter_msg() for name, value in values.items()]
        return self.call(SetParameters, "set_parameters", parameters=parameters).results

    def set_raw_parameter(self, name: str, value: ParameterValue) -> Any:
        return self.call(SetParameters, "set_parameters", parameters=[ParameterMessage(name=name, value=value)]).results[0]

    def get_parameter(self, name: str) -> Any:
        value = self.call(GetParameters, "get_parameters", names=[name]).values[0]
        return Parameter.from_parameter_msg(ParameterMessage(name=name, value=value)).value

    def describe_parameters(self, names: Sequence[str]) -> Sequence[Any]:
        return self.call(DescribeParameters, "describe_parameters", names=list(names)).descriptors

    def call(self, kind: Any, service: str, **fields: Any) -> Any:
        client = self.node.create_client(kind, f"{self._node_name}/{service}")
        try:
            assert client.wait_for_service(PATIENCE_S), f"no service {service}"
            futures = [client.call_async(kind.Request(**fields))]
            again_s = time.monotonic() + REPEAT_S

            def answered() -> bool:
                # DDS may lose the answer to a client that the node has not discovered yet. Asking again changes nothing.
                nonlocal again_s
                if service in READ_ONLY and time.monotonic() > again_s:
                    futures.append(client.call_async(kind.Request(**fields)))
                    again_s += REPEAT_S
                return any(future.done() for future in futures)

            wait_until(answered, f"an answer of {service}")
            return next(future.result() for future in futures if future.done())
        finally:
            self.node.destroy_client(client)
