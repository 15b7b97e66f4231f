# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The limit of the transport: takes raw bytes and publishes raw bytes at once. Usage: echo_node.py RESULT_BYTES."""

from __future__ import annotations

import sys

import rclpy
from hbm_runtime_ros.msg import InferenceResult, Tensor
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from hbm_runtime_ros.memory import keep_freed_memory

# Encoding and stamp.
_HEAD_BYTES = 12


def main() -> None:
    keep_freed_memory()
    rclpy.init(args=[])
    node = rclpy.create_node("bench_echo")
    publisher = node.create_publisher(InferenceResult, "echo/result", QoSProfile(depth=5))
    answer = InferenceResult(outputs=[Tensor(name="scores")])
    answer.header.frame_id = "camera"
    answer.outputs[0].data.frombytes(bytes(int(sys.argv[1])))
    rest = bytes(serialize_message(answer))[_HEAD_BYTES:]
    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    node.create_subscription(
        Image, "echo/image", lambda message: publisher.publish(message[:_HEAD_BYTES] + rest), qos, raw=True
    )
    rclpy.spin(node)


if __name__ == "__main__":
    main()
