# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node `image_source`: a camera that shows pictures, folders and videos as NV12."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import rclpy
from rclpy.duration import Duration
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import UInt64

from .nv12 import bgr_to_nv12
from .pictures import Picture, PictureError, open_pictures

# Between the last subscriber's arrival and the first counted frame: the other side of each match, and warm caches.
_SETTLE_S = 1.0


class ImageSource(Node):
    """Publishes `image` at a fixed rate and tells on `~/frames_sent` how many that were.

    The frame_id of a picture is its name: whoever gets a result knows what it was of.
    """

    def __init__(self, **node_arguments: Any) -> None:
        super().__init__("image_source", **node_arguments)
        self._width = self.declare_parameter("width", 1280).value
        self._height = self.declare_parameter("height", 720).value
        rate_hz = self.declare_parameter("rate_hz", 12.0).value
        # 0 = for ever.
        self._frame_limit = self.declare_parameter("frames", 0).value
        # Empty = the built-in pictures.
        source = self.declare_parameter("input", "").value
        frames_per_picture = self.declare_parameter("frames_per_picture", 24).value
        self._wait_for = self.declare_parameter("wait_for_subscribers", 0).value
        if rate_hz <= 0:
            raise PictureError(f"parameter 'rate_hz': expected more than 0, got {rate_hz}")
        if min(self._width, self._height) < 2 or self._width % 2 or self._height % 2:
            raise PictureError(
                f"parameters 'width' and 'height': expected even numbers of at least 2, as NV12 needs, "
                f"got {self._width} and {self._height}"
            )
        self._pictures = open_pictures(source, self._width, self._height, frames_per_picture)
        self._shown: tuple[Picture, bytes] | None = None
        self._images = self.create_publisher(Image, "image", QoSProfile(depth=4))
        self._progress = self.create_publisher(
            UInt64,
            "~/frames_sent",
            QoSProfile(
                depth=1,
                reliability=QoSReliabilityPolicy.RELIABLE,
                durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
            ),
        )
        self.frames_sent = 0
        self._start_s = 0.0
        self._settled_s: float | None = None
        self.timer = self.create_timer(1.0 / rate_hz, self._tick)
        self.get_logger().info(
            f"shows {source or 'the built-in pictures'} as nv12 {self._width}x{self._height} on "
            f"{self._images.topic_name}, {rate_hz:g} a second"
        )

    @property
    def is_done(self) -> bool:
        """Whether every frame was sent."""
        return 0 < self._frame_limit <= self.frames_sent

    def _tick(self) -> None:
        if self.is_done or not self._is_everybody_here():
            return
        picture = next(self._pictures)
        message = Image(height=self._height, width=self._width, encoding="nv12", step=self._width)
        message.header.frame_id = picture.name
        message.data.frombytes(self._nv12(picture))
        message.header.stamp = self.get_clock().now().to_msg()
        self._images.publish(message)
        self.frames_sent += 1
        self._progress.publish(UInt64(data=self.frames_sent))

    def _nv12(self, picture: Picture) -> bytes:
        # A still picture is converted once.
        if self._shown is None or self._shown[0] is not picture:
            self._shown = picture, np.ascontiguousarray(bgr_to_nv12(picture.bgr)).tobytes()
        return self._shown[1]

    def _is_everybody_here(self) -> bool:
        if self._settled_s is None:
            if self._images.get_subscription_count() < self._wait_for:
                return False
            self._settled_s = time.monotonic() + (_SETTLE_S if self._wait_for else 0.0)
        return time.monotonic() >= self._settled_s

    def flush(self) -> None:
        """Wait until the count of frames has reached its readers."""
        self._progress.wait_for_all_acked(Duration(seconds=2))


def main(arguments: list[str] | None = None) -> int:
    """Run the node until it has shown every frame."""
    rclpy.init(args=arguments)
    try:
        node = ImageSource()
        while not node.is_done:
            rclpy.spin_once(node)
        node.flush()
        node.get_logger().info(f"sent {node.frames_sent} frames")
    except PictureError as error:
        print(f"image_source: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
