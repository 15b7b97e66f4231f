# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What models publish that find more than boxes: masks and keypoints, on a graph."""

import time

import numpy as np
import pytest
from graph import nv12_picture, wait_until
from hbm_runtime_ros.msg import ModelInfo
from hbm_runtime_ros.srv import ListModels
from model_packages import write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image, PointCloud2
from sensor_msgs_py.point_cloud2 import read_points_numpy
from yolo_models import HEIGHT, KEYPOINTS, OBJECTS, WIDTH, yolo_model

MODELS = {"masks": "segment", "pose": "pose"}
SCALE = 2


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tasks")
    write_models(folder / "models.hbm", *(yolo_model(folder, name, task) for name, task in MODELS.items()))
    groups = {
        name: {"file": "models.hbm", "model_name": name, "input_topic": f"/{name}/image", "decoder": "auto"}
        for name in MODELS
    }
    with NodeProcess(folder, {"models": list(MODELS), **groups}) as process:
        yield process


def message_of(graph, model, topic, kind):
    """The first message on a topic of the model after a picture was sent."""
    found = []
    subscription = graph.node.create_subscription(kind, f"/hbm_inference/{model}/{topic}", found.append, QoSProfile(depth=5))
    picture = nv12_picture(SCALE * WIDTH, SCALE * HEIGHT)
    wait_until(lambda: (graph.publish(f"/{model}/image", picture), time.sleep(0.05), found)[-1], "a message")
    graph.node.destroy_subscription(subscription)
    return found[0]


def test_the_tasks_are_recognized(graph):
    infos = {}

    def are_active():
        infos.update({info.name: info for info in graph.call(ListModels, "list_models").models})
        return all(info.state == ModelInfo.STATE_ACTIVE for info in infos.values())

    wait_until(are_active, "both models")
    assert (infos["masks"].decoder, infos["pose"].decoder) == ("yolov8-seg", "yolov8-pose")
    assert "/hbm_inference/masks/masks" in infos["masks"].decoded_topics
    assert "/hbm_inference/pose/keypoints" in infos["pose"].decoded_topics


def test_masks_are_as_large_as_the_cameras_picture_and_numbered_as_the_detections(graph):
    message = message_of(graph, "masks", "masks", Image)
    assert (message.width, message.height, message.encoding) == (SCALE * WIDTH, SCALE * HEIGHT, "mono8")
    assert message.header.frame_id == "camera"
    numbers = np.array(message.data).reshape(message.height, message.width)
    middle = SCALE * WIDTH // 2
    x0, y0, x1, y1 = (round(SCALE * side) for side in OBJECTS[0].box)
    assert (numbers[y0 + 8 : y1 - 8, x0 + 8 : min(x1, middle) - 8] == 1).all()
    assert not numbers[:, middle + 8 :].any()


def test_keypoints_lie_in_pixels_of_the_camera(graph):
    message = message_of(graph, "pose", "keypoints", PointCloud2)
    assert (message.width, message.height) == (KEYPOINTS, len(OBJECTS))
    points = read_points_numpy(message, ["x", "y", "visibility"]).reshape(message.height, message.width, 3)
    for row, found in zip(points, OBJECTS):
        np.testing.assert_allclose(row, [[SCALE * 8 * found.x, SCALE * 8 * found.y, 1]] * KEYPOINTS, atol=0.01)


@pytest.mark.parametrize("model", MODELS)
def test_their_overlays_are_drawn(graph, model):
    assert message_of(graph, model, "overlay", CompressedImage).format == "jpeg"
