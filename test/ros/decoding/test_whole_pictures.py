# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What models publish whose results belong to the whole picture, or to lines of text, on a graph."""

import time

import numpy as np
import pytest
from foxglove_msgs.msg import ImageAnnotations
from graph import nv12_picture, wait_until
from model_packages import write_models
from node_process import NodeProcess
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Classification, Detection2DArray

WIDTH, HEIGHT, LINE_HEIGHT = 128, 96, 48
SCALE = 2
ANIMALS = ["cat", "dog", "fox", "owl"]
CHARACTERS = [*"abcdefghijklmnop", "ä"]
WORD = "bad"
FAMILIES = {
    "animals": ("classification", ANIMALS),
    "street": ("semantic", ["road", "sky", "tree"]),
    "page": ("text_detection", ["text"]),
    "line": ("text_recognition", CHARACTERS),
}


def outputs():
    """The only output of each model."""
    animals = np.array([[0.05, 0.6, 0.1, 0.25]])
    street = np.zeros((1, HEIGHT // 8, WIDTH // 8, 3))
    street[:, :, : WIDTH // 16, 1] = 5
    street[:, :, WIDTH // 16 :, 2] = 5
    page = np.zeros((1, 1, HEIGHT, WIDTH))
    page[0, 0, 40:56, 20:100] = 0.9
    line = np.zeros((1, WIDTH // 8, 1 + len(CHARACTERS)))
    line[0, :, 0] = 1  # blank
    for step, character in enumerate(WORD):
        line[0, 3 * step + 1] = np.eye(1 + len(CHARACTERS))[1 + CHARACTERS.index(character)]
    return {"animals": animals, "street": street, "page": page, "line": line}


def model(folder, name, values):
    np.save(folder / f"{name}.npy", values.astype(np.float32))
    height = LINE_HEIGHT if name == "line" else HEIGHT
    fill = {"kind": "file", "path": f"{name}.npy"}
    return {
        "name": name,
        "timing": {"latency_us": 1000},
        "inputs": [{"name": "data", "nv12": {"width": WIDTH, "height": height}}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": list(values.shape), "fill": fill}],
    }


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    write_models(folder / "models.hbm", *(model(folder, name, values) for name, values in outputs().items()))
    # A parameter file takes a bare n for a boolean, so the characters are in a file of their own.
    (folder / "characters.txt").write_text("\n".join(CHARACTERS) + "\n", encoding="utf-8")
    groups = {
        name: {
            "file": "models.hbm",
            "model_name": name,
            "input_topic": f"/{name}/image",
            "decoder": family,
            "decoder.labels": labels,
        }
        for name, (family, labels) in FAMILIES.items()
    }
    groups["line"]["decoder.labels"] = "characters.txt"
    with NodeProcess(folder, {"models": list(FAMILIES), **groups}) as process:
        yield process


def message_of(graph, name, topic, kind):
    """The first message on a topic of the model after a picture was sent."""
    found = []
    subscription = graph.node.create_subscription(kind, f"/hbm_inference/{name}/{topic}", found.append, QoSProfile(depth=5))
    picture = nv12_picture(SCALE * WIDTH, SCALE * (LINE_HEIGHT if name == "line" else HEIGHT))
    wait_until(lambda: (graph.publish(f"/{name}/image", picture), time.sleep(0.05), found)[-1], "a message")
    graph.node.destroy_subscription(subscription)
    return found[0]


def test_classes_of_the_picture_come_best_first(graph):
    results = message_of(graph, "animals", "classifications", Classification).results
    assert [each.class_id for each in results] == ["dog", "owl", "fox", "cat"]
    assert results[0].score == pytest.approx(0.6)


def test_annotations_list_the_classes(graph):
    texts = message_of(graph, "animals", "annotations", ImageAnnotations).texts
    assert [text.text for text in texts][:2] == ["dog 0.60", "owl 0.25"]


def test_the_class_of_each_pixel_is_a_picture_as_large_as_the_cameras(graph):
    message = message_of(graph, "street", "masks", Image)
    assert (message.width, message.height, message.encoding) == (SCALE * WIDTH, SCALE * HEIGHT, "mono8")
    numbers = np.array(message.data).reshape(message.height, message.width)
    assert (numbers[:, :WIDTH] == 1).all() and (numbers[:, WIDTH:] == 2).all()


def test_lines_of_text_are_boxes_in_the_cameras_picture(graph):
    (detection,) = message_of(graph, "page", "detections", Detection2DArray).detections
    assert detection.results[0].hypothesis.class_id == "text"
    center = detection.bbox.center.position
    assert (center.x, center.y) == pytest.approx((SCALE * 60, SCALE * 48), abs=2)
    assert detection.bbox.size_x > SCALE * 80 > detection.bbox.size_y > SCALE * 16
    assert detection.bbox.center.theta == pytest.approx(0, abs=0.05)


def test_a_text_that_was_read_is_the_class(graph):
    (result,) = message_of(graph, "line", "classifications", Classification).results
    assert (result.class_id, result.score) == (WORD, pytest.approx(1))


@pytest.mark.parametrize("name", FAMILIES)
def test_their_overlays_are_drawn(graph, name):
    assert message_of(graph, name, "overlay", CompressedImage).format == "jpeg"
