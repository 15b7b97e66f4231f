# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that end, also in the middle of a picture, and what is left of them."""

import time
from pathlib import Path

import pytest
from graph import Graph, nv12_picture, wait_until
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

CAMERAS = 16
PICTURE = Image(width=1920, height=1080, encoding="bgr8", step=1920 * 3)
PICTURE_BYTES = PICTURE.step * PICTURE.height


@pytest.fixture
def model_node(tmp_path):
    def start(latency_us: int) -> NodeProcess:
        write_models(tmp_path / "models.hbm", echo_model("m", latency_us))
        return NodeProcess(tmp_path, {"models": ["m"], "m": {"file": "models.hbm", "input_topic": "/camera/image"}})

    return start


def resident_bytes(process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def test_parts_of_pictures_of_cameras_that_have_left_do_not_stay_in_memory(model_node):
    PICTURE.data.frombytes(bytes(PICTURE_BYTES))
    with model_node(latency_us=1000) as node, Graph() as graph:

        def show_camera():
            # The shared memory of a process without a profile is smaller than a picture: parts of it get lost.
            publisher = graph.node.create_publisher(Image, "/camera/image", QoSProfile(depth=1))
            wait_until(lambda: publisher.get_subscription_count() > 0, "the node's subscription")
            for _ in range(4):
                time.sleep(0.05)  # the node discovers the publisher after the publisher the node
                publisher.publish(PICTURE)
            graph.node.destroy_publisher(publisher)

        for _ in range(8):
            show_camera()
        before = resident_bytes(node.process)
        for _ in range(CAMERAS):
            show_camera()
        assert resident_bytes(node.process) < before + CAMERAS * PICTURE_BYTES / 2


def test_the_last_picture_of_a_camera_gives_a_result_after_it_has_left(model_node):
    with model_node(latency_us=1_500_000), Graph() as graph:
        results = graph.results("/hbm_inference/m/result")
        graph.infer("/camera/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT), results)
        for number in range(5):  # the device works on one of them while the last one waits in the middleware
            last = graph.publish("/camera/image", nv12_picture(MODEL_WIDTH, MODEL_HEIGHT, number)).header.stamp
            time.sleep(0.1)
        graph.unpublish("/camera/image")
        wait_until(lambda: results[-1].header.stamp == last, "its result")
