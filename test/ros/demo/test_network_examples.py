# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The examples of config/ with real networks: each starts as it is shipped, and finds what a photograph shows."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from ament_index_python.packages import get_package_share_directory
from graph import Graph, picture
from node_process import EXECUTABLE
from PIL import Image
from rclpy.qos import QoSProfile
from vision_msgs.msg import Classification, Detection2DArray

from demo.assets import write_page
from demo.networks import main as make_models
from hbm_runtime_ros.image_source import rgb_to_nv12

pytestmark = pytest.mark.networks

CONFIG = Path(get_package_share_directory("hbm_runtime_ros")) / "config"
# Where the page that scikit-image ships has its title.
TITLE = (4, 10, 296, 36)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    assert make_models([str(folder)]) == 0
    return folder


def photograph(name, region=None):
    """A picture that scikit-image ships, or a part of it."""
    return camera_picture(Path(find_spec("skimage").origin).parent / "data" / f"{name}.png", region)


def camera_picture(file, region=None):
    with Image.open(file) as whole:
        shown = whole.convert("RGB").crop(region) if region else whole.convert("RGB")
    width, height = (side - side % 2 for side in shown.size)
    nv12 = rgb_to_nv12(np.asarray(shown)[:height, :width])
    return picture(nv12, width, height, "nv12", width)


def answer(models, example, topic, kind, message, input_topic="/image"):
    """What the example publishes for a picture."""
    file = shutil.copy(CONFIG / f"{example}.yaml", models)
    process = subprocess.Popen([EXECUTABLE, "--ros-args", "--params-file", file], stderr=subprocess.DEVNULL)
    try:
        with Graph() as graph:
            results = graph._collect(kind, f"/hbm_inference/{topic}", QoSProfile(depth=100), patience_s=60)
            return graph.infer(input_topic, message, results)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def names(found):
    return [detection.results[0].hypothesis.class_id for detection in found.detections]


@pytest.mark.parametrize("example", ["faces_centerface", "faces_blazeface"])
def test_a_face_is_found_where_it_is(models, example):
    found = answer(models, example, "faces/detections", Detection2DArray, photograph("astronaut"))
    assert names(found) == ["face"]
    box = found.detections[0].bbox
    assert (box.center.position.x, box.center.position.y) == pytest.approx((223, 118), abs=15)
    assert 70 < box.size_x < 120 and 80 < box.size_y < 140


def test_the_parts_of_a_page_have_their_names(models):
    file = write_page(models / "page.png")
    with Image.open(file) as large:
        # Small enough for a message that DDS does not split.
        large.resize((448, 590), Image.Resampling.BOX).save(file)
    page = camera_picture(file)
    found = answer(models, "page_layout", "page_layout/detections", Detection2DArray, page)
    assert sorted(names(found)) == ["figure", "header", "text"]


def test_the_lines_of_a_page_are_found(models):
    found = answer(models, "text", "detector/detections", Detection2DArray, photograph("page"))
    assert names(found) == ["text line"] * 7


def test_a_line_is_read(models):
    line = photograph("page", TITLE)
    read = answer(models, "text", "recognizer/classifications", Classification, line, input_topic="/line")
    assert read.results[0].class_id.strip() == "Region-based segmentation"
    assert read.results[0].score > 0.9
