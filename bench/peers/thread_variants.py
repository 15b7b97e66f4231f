# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node's work on one frame, in threads that the node does not use. Usage: thread_variants.py VARIANT MODEL.hbm.

Every variant takes raw messages, prepares and serializes natively, and keeps freed memory, as the node did with rclpy's take.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import rclpy
from hbm_runtime_ros.msg import InferenceResult
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from hbm_runtime_core import vision
from hbm_runtime_ros.file_locator import OpenFile
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.inputs.pictures import ImageReader
from hbm_runtime_ros.memory import keep_freed_memory
from hbm_runtime_ros.model_files import ModelFileCache, ModelHandle
from hbm_runtime_ros.monitoring.counters import FrameTimeline
from hbm_runtime_ros.monitoring.health import ThrottledLogger
from hbm_runtime_ros.results import ResultSerializer

IMAGE = MESSAGE_TYPES["sensor_msgs/msg/Image"]


class Work:
    """Prepares, runs and publishes a frame. One thread at a time uses it."""

    def __init__(self, model: ModelHandle, publisher) -> None:
        preparation = vision.for_model(model.runtime, model.model_name)
        self._reader = ImageReader(preparation, "", "limited", ThrottledLogger(print))
        self._request = model.create_request({})
        self._serializer = ResultSerializer(model, "none")
        self._publisher = publisher

    def __call__(self, data: bytes) -> None:
        now_ns = time.perf_counter_ns()
        timeline = FrameTimeline(0, 0, time.time_ns(), now_ns, now_ns)
        filled = self._reader.fill(Message(IMAGE, data), self._request.inputs)
        outputs = self._request.run()
        self._publisher.publish(
            bytes(self._serializer.serialize(filled.header, [filled.picture.message], timeline, outputs))
        )


def main() -> None:
    variant, file = sys.argv[1:]
    keep_freed_memory()
    rclpy.init(args=[])
    node = rclpy.create_node(f"bench_{variant}")
    publisher = node.create_publisher(InferenceResult, f"{variant}/result", QoSProfile(depth=5))
    model = ModelHandle(ModelFileCache("sim"), OpenFile(Path(file)), variant, "")
    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    executor, group, callback = SingleThreadedExecutor(), None, Work(model, publisher)
    if variant == "multi_threaded_executor":
        executor, group = MultiThreadedExecutor(4), MutuallyExclusiveCallbackGroup()
    elif variant == "worker_threads":
        frames: SimpleQueue[bytes] = SimpleQueue()
        callback = frames.put

        def serve(work: Work) -> None:
            while True:
                work(frames.get())

        for _ in range(2):
            threading.Thread(target=serve, args=(Work(model, publisher),), daemon=True).start()
    node.create_subscription(Image, f"{variant}/image", callback, qos, callback_group=group, raw=True)
    executor.add_node(node)
    executor.spin()


if __name__ == "__main__":
    main()
