# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A camera: publishes one serialized 1080p NV12 picture again and again, with the time in its stamp.

Usage: camera.py TOPIC..., then for each line "RATE_HZ FRAMES SUBSCRIBERS" on the standard input it waits until every
topic has that many subscribers, sends the frames to the topics in turn, and prints how many it sent on time.
"""

from __future__ import annotations

import struct
import sys
import time

import numpy as np
import rclpy
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from hbm_runtime_ros.memory import keep_freed_memory

WIDTH, HEIGHT = 1920, 1080
# The stamp comes first, after the four bytes of the CDR header.
_STAMP_OFFSET = 4


def serialized_picture() -> bytearray:
    """A picture with large shapes and some noise."""
    rows, columns = np.mgrid[0 : HEIGHT * 3 // 2, 0:WIDTH]
    noise = np.random.default_rng(0).integers(0, 8, rows.shape)
    picture = (96 + 64 * np.sin(rows / 90) * np.cos(columns / 70) + noise).astype(np.uint8)
    message = Image(width=WIDTH, height=HEIGHT, encoding="nv12", step=WIDTH)
    message.header.frame_id = "camera"
    message.data.frombytes(picture.tobytes())
    return bytearray(serialize_message(message))


def main() -> None:
    keep_freed_memory()
    rclpy.init(args=[])
    node = rclpy.create_node("bench_camera")
    # Fast DDS holds what a reliable reader has not taken yet: with one frame, the camera never waits for a slow one.
    publishers = [node.create_publisher(Image, topic, QoSProfile(depth=1)) for topic in sys.argv[1:]]
    picture = serialized_picture()
    for line in sys.stdin:
        rate, frames, subscribers = line.split()
        while any(publisher.get_subscription_count() < int(subscribers) for publisher in publishers):
            time.sleep(0.02)
        late = 0
        period_s = 1 / float(rate)
        start = time.monotonic()
        for index in range(int(frames)):
            due = start + index * period_s
            time.sleep(max(0.0, due - time.monotonic()))
            late += time.monotonic() - due > period_s
            struct.pack_into("<iI", picture, _STAMP_OFFSET, *divmod(time.time_ns(), 1_000_000_000))
            publishers[index % len(publishers)].publish(bytes(picture))
        print(int(frames) - late, time.monotonic() - start, flush=True)
    rclpy.try_shutdown()


if __name__ == "__main__":
    main()
