# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node `text_viewer`: draws the lines of text that a detector finds, and has a recogniser read them."""

from __future__ import annotations

import sys
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import rclpy
from hbm_runtime_ros.msg import ModelList
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import UInt64
from vision_msgs.msg import Classification, Detection2DArray

from hbm_runtime_ros.image_source import rgb_to_nv12

from .assets import nv12_to_bgr
from .detections import corners_of, scores_of
from .measurements import Measurements
from .networks import LINE_HEIGHT, LINE_WIDTH
from .overlay import draw_boxes, draw_report
from .text import Reading, TextBox, View, cut_line

# Pictures that wait for their result; the node holds one and works on another.
_PICTURES_KEPT = 8
_REPORT_PERIOD_S = 0.5


class ViewerError(ValueError):
    """The viewer cannot work as it is configured."""


class SentLine(NamedTuple):
    """A line that the recogniser has not answered for yet."""

    view: View
    box: TextBox


class TextViewer(Node):
    """Subscribes to `image` and the results of both models, publishes `line`: one line of text with every few frames.

    While the detector looks at a frame, the recogniser reads a line of the frame before: two cores work at a time.
    """

    def __init__(self, **node_arguments: Any) -> None:
        super().__init__("text_viewer", **node_arguments)
        self._frame_limit = self.declare_parameter("frames", 0).value
        # Reading with every third frame leaves a small PC room for the detector.
        self._frames_per_line = self.declare_parameter("frames_per_line", 3).value
        # After so long without a result, those that are missing are not waited for.
        self._patience_s = self.declare_parameter("patience_s", 2.0).value
        self._folder = Path(self.declare_parameter("output_dir", "").value or ".")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ViewerError(f"cannot use {error.filename}: {error.strerror}") from None
        self._pictures: OrderedDict[int, Image] = OrderedDict()
        self._lines: OrderedDict[int, SentLine] = OrderedDict()
        self._views: dict[str, View] = {}
        self._current: View | None = None
        self._line_index = 0
        self._frames_since_line = 0
        self._measurements = Measurements(self._folder)
        self._all_sent = False
        self._last_progress: tuple[int, float] = (0, 0.0)
        self._reported_s = 0.0
        self.is_done = False

        latched = QoSProfile(
            depth=1, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL
        )
        self._line_publisher = self.create_publisher(Image, "line", QoSProfile(depth=2))
        self._overlay_publisher = self.create_publisher(Image, "~/overlay", QoSProfile(depth=1))
        self._results = [
            self.create_subscription(Detection2DArray, "detector/detections", self._on_boxes, QoSProfile(depth=4)),
            self.create_subscription(Classification, "recogniser/classifications", self._on_text, QoSProfile(depth=4)),
        ]
        self._infos = self.create_subscription(ModelList, "models", self._measurements.set_models, latched)
        self._sent = self.create_subscription(UInt64, "frames_sent", self._on_frames_sent, latched)
        # The source waits for this subscription, so it is created last, after those of the results.
        self._images = None
        self.timer = self.create_timer(0.1, self._tick)

    def _tick(self) -> None:
        if self._images is None:
            if self._is_inference_here():
                self.get_logger().info("both models answer, looking at the camera now")
                self._images = self.create_subscription(Image, "image", self._on_image, QoSProfile(depth=4))
            return
        now_s = time.monotonic()
        if now_s - self._reported_s >= _REPORT_PERIOD_S:
            self._reported_s = now_s
            self._measurements.write(self._views.values(), finished=False)
        if self._last_progress[0] != self._measurements.result_count:
            self._last_progress = self._measurements.result_count, now_s
        if self._all_sent and (self._measurements.is_complete or now_s - self._last_progress[1] >= self._patience_s):
            self._finish()

    def _is_inference_here(self) -> bool:
        return (
            all(self.count_publishers(result.topic_name) > 0 for result in self._results)
            and self._line_publisher.get_subscription_count() > 0
            and self._measurements.has_models
        )

    def _on_frames_sent(self, message: UInt64) -> None:
        self._measurements.detector.frames_sent = message.data
        if 0 < self._frame_limit <= message.data and not self._all_sent:
            self._all_sent = True
            self._last_progress = self._measurements.result_count, time.monotonic()

    def _on_image(self, message: Image) -> None:
        self._pictures[_nanoseconds(message.header.stamp)] = message
        while len(self._pictures) > _PICTURES_KEPT:
            self._pictures.popitem(last=False)
        self._frames_since_line += 1
        # Once every frame is sent nothing more is asked, or the end would wait for ever.
        if self._frames_since_line >= self._frames_per_line and not self._all_sent:
            self._send_line()

    def _on_boxes(self, found: Detection2DArray) -> None:
        self._measurements.detector.add_result(self._now_ns(), _nanoseconds(found.header.stamp))
        picture = self._pictures.pop(_nanoseconds(found.header.stamp), None)
        if picture is None:
            return
        boxes = [TextBox(*each) for each in zip(corners_of(found), scores_of(found).tolist(), strict=True)]
        # As one reads a page: from top to bottom.
        boxes.sort(key=lambda box: (round(float(box.corners[:, 1].mean()), 1), float(box.corners[:, 0].mean())))
        bgr = nv12_to_bgr(np.frombuffer(picture.data, np.uint8), picture.width, picture.height)
        view = self._views.setdefault(picture.header.frame_id, View(picture.header.frame_id, bgr))
        view.update(bgr, boxes)
        if view is not self._current:
            self._current, self._line_index = view, 0
        self._publish_overlay(view, picture)

    def _send_line(self) -> None:
        view = self._current
        if view is None or not view.found or self._is_recogniser_busy():
            return
        box = view.found[self._line_index % len(view.found)].box
        self._line_index += 1
        self._frames_since_line = 0
        line = cut_line(view.bgr, box, LINE_HEIGHT, LINE_WIDTH)
        message = Image(height=line.shape[0], width=line.shape[1], encoding="nv12", step=line.shape[1])
        message.header.frame_id = view.name
        message.data.frombytes(rgb_to_nv12(line[:, :, ::-1]).tobytes())
        message.header.stamp = self.get_clock().now().to_msg()
        self._lines[_nanoseconds(message.header.stamp)] = SentLine(view, box)
        while len(self._lines) > _PICTURES_KEPT:
            self._lines.popitem(last=False)
        self._line_publisher.publish(message)
        self._measurements.recogniser.frames_sent += 1

    def _is_recogniser_busy(self) -> bool:
        newest_ns = next(reversed(self._lines), None)
        return newest_ns is not None and self._now_ns() - newest_ns < self._patience_s * 1e9

    def _on_text(self, text: Classification) -> None:
        self._measurements.recogniser.add_result(self._now_ns(), _nanoseconds(text.header.stamp))
        line = self._lines.pop(_nanoseconds(text.header.stamp), None)
        if line is not None:
            line.view.read(line.box, Reading(text.results[0].class_id.strip(), text.results[0].score))

    def _publish_overlay(self, view: View, picture: Image) -> None:
        if self._overlay_publisher.get_subscription_count() == 0:
            return
        drawn = draw_boxes(view.bgr, view.found)
        message = Image(
            header=picture.header, height=drawn.shape[0], width=drawn.shape[1], encoding="bgr8", step=drawn.shape[1] * 3
        )
        message.data.frombytes(drawn.tobytes())
        self._overlay_publisher.publish(message)

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _finish(self) -> None:
        if self._views:
            page = draw_report(
                "Text on a camera topic, found and read on two BPU cores",
                self._measurements.subtitle(),
                list(self._views.values()),
                self._measurements.model_lines(),
            )
            cv2.imwrite(str(self._folder / "overlay.png"), page)
        self._measurements.write(self._views.values(), finished=True)
        self.is_done = True


def _nanoseconds(stamp: object) -> int:
    return stamp.sec * 1_000_000_000 + stamp.nanosec


def main(arguments: list[str] | None = None) -> int:
    """Run the node until every frame was shown, or for ever."""
    rclpy.init(args=arguments)
    try:
        node = TextViewer()
        while not node.is_done:
            rclpy.spin_once(node)
    except ViewerError as error:
        print(f"text_viewer: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
