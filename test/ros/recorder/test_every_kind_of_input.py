# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of every kind of topic are recorded, and give the same bytes again."""

import subprocess
import time

import cv2
import numpy as np
import pytest
from graph import nv12_picture, wait_until
from hbm_img_msgs.msg import HbmMsg480P
from hbm_runtime_ros.msg import TensorList
from hbm_runtime_ros.srv import Record
from model_packages import MODEL_HEIGHT, MODEL_WIDTH, echo_model, write_models
from node_process import NodeProcess
from sensor_msgs.msg import CompressedImage

from hbm_runtime_ros.recording_file import read_recording
from hbm_runtime_ros.tensors import numpy_to_tensor

FEATURES = {"name": "features", "dtype": "float32", "shape": [1, -1]}
GROUPS = {
    "compressed": {"input_topic": "/compressed/image", "transport": "compressed"},
    "hbmem": {"input_topic": "/hbmem/image"},
    "tensors": {"input_topic": "/tensors/image", "transport": "tensors"},
    "mixed": {
        "inputs": ["camera", "lidar"],
        "camera": {"input_topic": "/mixed/image"},
        "lidar": {"input_topic": "/mixed/lidar", "tensors": ["features"]},
        "mean": [1.0],
    },
}


def copy_of(port):
    return {**port, "fill": {"kind": "copy", "input": port["name"]}}


def model(name, *inputs):
    return {
        "name": name,
        "timing": {"latency_us": 500},
        "inputs": list(inputs),
        "outputs": [copy_of(each) for each in inputs],
    }


MODELS = (
    echo_model("compressed"),
    echo_model("hbmem"),
    model("tensors", FEATURES),
    model(
        "mixed",
        {"name": "camera", "dtype": "float32", "shape": [1, 3, MODEL_HEIGHT, MODEL_WIDTH]},
        {**FEATURES, "shape": [1, 8]},
    ),
)


def jpeg():
    pixels = np.random.default_rng(4).integers(0, 256, (60, 100, 3), np.uint8)
    message = CompressedImage(format="jpeg")
    message.data.frombytes(cv2.imencode(".jpg", pixels)[1].tobytes())
    return message


def hbmem():
    source = nv12_picture(MODEL_WIDTH, MODEL_HEIGHT).data
    message = HbmMsg480P(index=1, height=MODEL_HEIGHT, width=MODEL_WIDTH, step=MODEL_WIDTH, data_size=len(source))
    message.encoding = np.frombuffer(b"nv12".ljust(12, b"\0"), np.uint8)
    message.data[: len(source)] = np.frombuffer(source, np.uint8)
    return message


def features(length):
    return TensorList(tensors=[numpy_to_tensor(np.arange(length, dtype=np.float32)[None], "features")])


MESSAGES = {
    "compressed": {"/compressed/image": jpeg()},
    "hbmem": {"/hbmem/image": hbmem()},
    "tensors": {"/tensors/image": features(5)},
    "mixed": {"/mixed/lidar": features(8), "/mixed/image": nv12_picture(100, 60)},
}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    write_models(folder / "models.hbm", *MODELS)
    groups = {
        name: {"file": "models.hbm", "model_name": name, "reliability": "reliable", "depth": 10, **group}
        for name, group in GROUPS.items()
    }
    recorder = {"directory": str(folder / "recordings"), "seconds": 60.0}
    with NodeProcess(folder, {"models": list(GROUPS), "recorder": recorder, **groups}) as process:
        yield process


@pytest.mark.parametrize("name", GROUPS)
def test_frames_of_this_topic_give_the_same_bytes(node, graph, name):
    results = graph.results(f"/hbm_inference/{name}/result")
    deadline = time.monotonic() + 20
    while not results and time.monotonic() < deadline:
        for topic, message in MESSAGES[name].items():
            graph.publish_as_it_is(topic, message)
        time.sleep(0.1)
    wait_until(lambda: results, f"a result of {name}", 0)
    file = graph.call(Record, "record", model=name).file
    frames = read_recording(file).frames
    assert all(len(frame.messages) == len(MESSAGES[name]) for frame in frames)
    done = subprocess.run(["hbm", "replay", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(f"{len(frames)} frames reproduced")
