# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happens around the node meanwhile: cameras, subscribers, parameter changes, models that are loaded and unloaded."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import rclpy
from hbm_runtime_ros.msg import InferenceResult
from hbm_runtime_ros.srv import LoadModel, UnloadModel
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from hbm_runtime_ros.group_threads import SpinThread

RAW_TOPIC, JPEG_TOPIC = "/camera/image", "/camera/image/compressed"
_SIZES = ((1920, 1080), (1280, 720), (640, 480), (321, 241))
_CAMERA_HZ = 10.0
_SAME_CAMERA_FRAMES = 150
_NODE = "/hbm_inference"
_SERVICE_LIMIT_S = 60.0


class NodeLoad:
    """A node of the graph that keeps the inference node busy. Use it as a context manager.

    Attributes:
        problems: errors that must not occur.
        counts: what was done, by name.
    """

    def __init__(self, result_topics: list[str], guest_file: str) -> None:
        self.problems: list[str] = []
        self.counts: dict[str, int] = dict.fromkeys(("pictures", "results", "parameters", "loads", "subscriptions"), 0)
        self._result_topics = result_topics
        self._guest_file = guest_file
        self._latencies_ms: list[float] = []
        self._stopping = threading.Event()
        rclpy.init(args=[])
        self._node = rclpy.create_node("soak")
        self._set = self._node.create_client(SetParameters, f"{_NODE}/set_parameters")
        self._load = self._node.create_client(LoadModel, f"{_NODE}/load_model")
        self._unload = self._node.create_client(UnloadModel, f"{_NODE}/unload_model")
        executor = SingleThreadedExecutor()
        executor.add_node(self._node)
        self._spinning = SpinThread(executor)
        self._threads = [
            threading.Thread(target=self._guard, args=(work,))
            for work in (self._send_pictures, self._subscribe, self._change_parameters, self._load_and_unload)
        ]

    def __enter__(self) -> NodeLoad:
        self._node.create_subscription(InferenceResult, self._result_topics[0], self._receive, QoSProfile(depth=10))
        self._spinning.start()
        for client in (self._set, self._load, self._unload):
            if not client.wait_for_service(_SERVICE_LIMIT_S):
                raise TimeoutError(f"the node does not offer {client.srv_name}")
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._spinning.stop()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def take_latencies_ms(self) -> list[float]:
        """Ages of the results of the first topic since the last call, ms."""
        latencies_ms, self._latencies_ms = self._latencies_ms, []
        return latencies_ms

    def _guard(self, work: Callable[[random.Random], None]) -> None:
        try:
            work(random.Random(work.__name__))
        except Exception:
            self.problems.append(traceback.format_exc())

    def _receive(self, result: InferenceResult) -> None:
        stamp = result.header.stamp
        self._latencies_ms.append(time.time() * 1e3 - stamp.sec * 1e3 - stamp.nanosec / 1e6)
        self.counts["results"] += 1

    def _send_pictures(self, chosen: random.Random) -> None:
        """Cameras that appear, send pictures of one size and encoding, and disappear."""
        while not self._stopping.is_set():
            raw = self._node.create_publisher(Image, RAW_TOPIC, QoSProfile(depth=1))
            jpeg = self._node.create_publisher(CompressedImage, JPEG_TOPIC, QoSProfile(depth=1))
            picture, compressed = _pictures(*chosen.choice(_SIZES), chosen.choice(("bgr8", "rgb8", "mono8")))
            for _ in range(_SAME_CAMERA_FRAMES):
                if self._stopping.wait(1 / _CAMERA_HZ):
                    return
                stamp = self._node.get_clock().now().to_msg()
                picture.header.stamp = compressed.header.stamp = stamp
                raw.publish(picture)
                jpeg.publish(compressed)
                self.counts["pictures"] += 2
            self._node.destroy_publisher(raw)
            self._node.destroy_publisher(jpeg)

    def _subscribe(self, chosen: random.Random) -> None:
        """Subscribers that appear and disappear; what they receive is nobody's business."""
        while not self._stopping.wait(chosen.uniform(0.2, 3)):
            topic, depth = chosen.choice(self._result_topics), chosen.randrange(1, 10)
            subscription = self._node.create_subscription(InferenceResult, topic, lambda _: None, QoSProfile(depth=depth))
            self._stopping.wait(chosen.uniform(0.2, 3))
            self._node.destroy_subscription(subscription)
            self.counts["subscriptions"] += 1

    def _change_parameters(self, chosen: random.Random) -> None:
        while not self._stopping.wait(0.5):
            values: dict[str, Any] = {
                "urgent.priority": chosen.randrange(256),
                "busy.priority": chosen.randrange(254),
                "busy.enabled": chosen.random() < 0.8,
                "jpeg.custom_id": chosen.randrange(1000),
                "jpeg.max_age_ms": chosen.choice((0, 1000)),
            }
            name = chosen.choice(list(values))
            request = SetParameters.Request(parameters=[Parameter(name, value=values[name]).to_parameter_msg()])
            (result,) = self._call(self._set, request).results
            if not result.successful:
                raise RuntimeError(f"{name}={values[name]}: {result.reason}")
            self.counts["parameters"] += 1

    def _load_and_unload(self, chosen: random.Random) -> None:
        while not self._stopping.wait(chosen.uniform(0.5, 2)):
            parameters = [Parameter("input_topic", value=RAW_TOPIC).to_parameter_msg()]
            loaded = self._call(self._load, LoadModel.Request(name="guest", file=self._guest_file, parameters=parameters))
            if not loaded.success:
                raise RuntimeError(loaded.message)
            self._stopping.wait(chosen.uniform(0, 2))
            unloaded = self._call(self._unload, UnloadModel.Request(name="guest", drain=True, timeout_s=30.0))
            if not unloaded.success:
                raise RuntimeError(unloaded.message)
            self.counts["loads"] += 1

    def _call(self, client: Any, request: Any) -> Any:
        future = client.call_async(request)
        deadline_s = time.monotonic() + _SERVICE_LIMIT_S
        while not future.done():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{client.srv_name} has not answered within {_SERVICE_LIMIT_S:.0f} s")
            time.sleep(0.005)
        return future.result()


def _pictures(width: int, height: int, encoding: str) -> tuple[Image, CompressedImage]:
    rows, columns = np.mgrid[0:height, 0:width]
    gray = (128 + 100 * np.sin(rows / 40) * np.cos(columns / 60)).astype(np.uint8)
    pixels = gray if encoding == "mono8" else np.repeat(gray[..., None], 3, axis=2)
    picture = Image(width=width, height=height, encoding=encoding, step=pixels.strides[0])
    picture.data.frombytes(pixels.tobytes())
    compressed = CompressedImage(format="jpeg")
    compressed.data.frombytes(cv2.imencode(".jpg", pixels)[1].tobytes())
    return picture, compressed
