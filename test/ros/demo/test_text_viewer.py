# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The viewer with the real camera and a stand-in for the inference node whose answers are known."""

import json
import os
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import rclpy
from hbm_runtime_ros.msg import ModelInfo, ModelList, SchedParams
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from sensor_msgs.msg import Image
from vision_msgs.msg import Classification, Detection2D, Detection2DArray, ObjectHypothesis, ObjectHypothesisWithPose

from demo.viewer import TextViewer, ViewerError
from hbm_runtime_ros.image_source import ImageSource

FRAMES = 12
# What the stand-in "finds": 240 x 40 pixels of the camera's picture around (140, 90), read as "hi".
CENTER, SIZE, TEXT = (140.0, 90.0), (240.0, 40.0), "hi"


class StandIn(rclpy.node.Node):
    """Answers every picture as the inference node does."""

    def __init__(self, **arguments):
        super().__init__("stand_in", **arguments)
        latched = QoSProfile(
            depth=1, reliability=QoSReliabilityPolicy.RELIABLE, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL
        )
        self.models = self.create_publisher(ModelList, "models", latched)
        self.models.publish(
            ModelList(
                backend="sim", soc="s600", bpu_core_count=4,
                models=[
                    ModelInfo(name=name, model_name=f"text_{name}", sched=SchedParams(bpu_cores=[core], priority=10))
                    for core, name in enumerate(("detector", "recogniser"))
                ],
            )
        )  # fmt: skip
        self.boxes = self.create_publisher(Detection2DArray, "detector/detections", 5)
        self.texts = self.create_publisher(Classification, "recogniser/classifications", 5)
        self.create_subscription(Image, "image", self.find, 5)
        self.create_subscription(Image, "line", self.read, 5)
        self.line_sizes = []

    def find(self, image):
        hypothesis = ObjectHypothesis(class_id="text line", score=0.95)
        line = Detection2D(results=[ObjectHypothesisWithPose(hypothesis=hypothesis)])
        line.bbox.center.position.x, line.bbox.center.position.y = CENTER
        line.bbox.size_x, line.bbox.size_y = SIZE
        self.boxes.publish(Detection2DArray(header=image.header, detections=[line]))

    def read(self, image):
        self.line_sizes.append((image.width, image.height))
        self.texts.publish(Classification(header=image.header, results=[ObjectHypothesis(class_id=TEXT, score=0.9)]))


def parameters(**values):
    return [Parameter(name, value=value) for name, value in values.items()]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """The files and counts of one run over a picture of white paper."""
    folder = tmp_path_factory.mktemp("viewer")
    picture = folder / "paper.png"
    cv2.imwrite(str(picture), np.full((160, 320, 3), 255, np.uint8))
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=int(os.environ.get("ROS_DOMAIN_ID", "0")))
    common = {"context": context}
    stand_in = StandIn(**common)
    camera = ImageSource(
        parameter_overrides=parameters(
            input=str(picture), width=320, height=160, rate_hz=20.0, frames=FRAMES, wait_for_subscribers=2
        ),
        **common,
    )
    viewer = TextViewer(
        parameter_overrides=parameters(frames=FRAMES, output_dir=str(folder)),
        cli_args=["--ros-args", "-r", "frames_sent:=/image_source/frames_sent"],
        **common,
    )
    executor = SingleThreadedExecutor(context=context)
    for node in (stand_in, camera, viewer):
        executor.add_node(node)
    for _ in range(5000):
        executor.spin_once(timeout_sec=0.02)
        if viewer.is_done:
            break
    executor.shutdown()
    rclpy.shutdown(context=context)
    assert viewer.is_done, "the viewer did not end"
    measured = json.loads((folder / "measurements.json").read_text())
    return SimpleNamespace(folder=folder, measured=measured, line_sizes=stand_in.line_sizes)


def test_every_frame_is_counted_and_answered(outcome):
    detector = outcome.measured["models"]["detector"]
    assert (detector["frames_sent"], detector["results"], detector["dropped"]) == (FRAMES, FRAMES, 0)
    assert outcome.measured["finished"]


def test_lines_are_cut_for_the_recogniser_while_frames_come(outcome):
    recogniser = outcome.measured["models"]["recogniser"]
    assert recogniser["results"] == recogniser["frames_sent"] >= FRAMES // 4
    assert all(height == 48 and width % 2 == 0 for width, height in outcome.line_sizes)


def test_the_picture_carries_its_box_and_its_reading(outcome):
    assert outcome.measured["pictures"] == {"paper.png": {"boxes": 1, "texts": ["hi"]}}


def test_what_the_node_says_of_itself_is_kept(outcome):
    assert outcome.measured["backend"] == "sim"
    assert outcome.measured["soc"] == "s600"
    assert outcome.measured["models"]["recogniser"]["bpu_cores"] == [1]


def test_the_report_is_a_picture(outcome):
    page = cv2.imread(str(outcome.folder / "overlay.png"))
    assert page is not None and page.std() > 10


def test_a_viewer_that_cannot_write_reports_where(tmp_path):
    (tmp_path / "file").touch()
    context = rclpy.Context()
    rclpy.init(context=context)
    with pytest.raises(ViewerError, match=r"cannot use .*file"):
        TextViewer(context=context, parameter_overrides=parameters(output_dir=str(tmp_path / "file")))
    rclpy.shutdown(context=context)
