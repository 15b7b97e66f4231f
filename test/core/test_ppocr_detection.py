# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A real network on real pictures: text detection through the runtime, against the engines themselves."""

import subprocess
import sys
import zipfile
from dataclasses import dataclass

import numpy as np
import pytest

import hbm_runtime_core
from demo.assets import PICTURES, nv12_to_bgr, write_pictures
from demo.networks import TEXT_DETECTOR, pack_arguments
from hbm_runtime_core import decode
from hbm_runtime_ros.image_source import open_pictures

pytestmark = pytest.mark.networks

SIDE = 640
# Coloured writing of a few pixels loses more to NV12, which keeps one colour for four pixels.
CLEAR_TEXT = ("page.png", "motorcycle.png", "engine.png")


@dataclass
class Detection:
    """What three ways of running the same detector make of one picture."""

    runtime: np.ndarray
    openvino: np.ndarray
    onnxruntime: np.ndarray


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("ppocr") / "ppocr_v4.hbm"
    subprocess.run([sys.executable, "-m", "hbm_runtime_core.cli", *pack_arguments(file)], check=True)
    return file


@pytest.fixture(scope="module")
def detections(model_file, tmp_path_factory):
    import onnxruntime
    import openvino

    runtime = hbm_runtime_core.HB_HBMRuntime(str(model_file))
    with zipfile.ZipFile(model_file) as package:
        xml, weights = (package.read(f"programs/0/network.{suffix}") for suffix in ("xml", "bin"))
    core = openvino.Core()
    program = core.compile_model(core.read_model(model=xml, weights=weights), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    network = onnxruntime.InferenceSession(str(TEXT_DETECTOR.path), providers=["CPUExecutionProvider"])
    found = {}
    pictures = open_pictures(str(write_pictures(tmp_path_factory.mktemp("pictures"))), SIDE, SIDE, 1)
    for _ in PICTURES:
        picture = next(pictures)
        nv12 = np.frombuffer(picture.nv12, np.uint8)
        y, uv = hbm_runtime_core.nv12_planes(nv12, SIDE, SIDE)
        pixels = ((nv12_to_bgr(nv12, SIDE, SIDE).astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None]
        found[picture.name] = Detection(
            runtime=runtime.run({"picture_y": y, "picture_uv": uv}, model_name="text_detector")["text_detector"][
                "probability"
            ],
            openvino=program([y, uv])[0].copy(),
            onnxruntime=network.run(None, {network.get_inputs()[0].name: pixels})[0],
        )
    return found


@pytest.mark.parametrize("name", [f"{picture.name}.png" for picture in PICTURES])
def test_the_runtime_gives_what_openvino_gives_on_the_packed_network(detections, name):
    detection = detections[name]
    assert detection.runtime.shape == (1, 1, SIDE, SIDE)
    np.testing.assert_allclose(detection.runtime, detection.openvino, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", CLEAR_TEXT)
def test_the_thresholded_map_agrees_with_the_unpacked_network_on_the_picture(detections, name):
    packed, unpacked = detections[name].runtime > 0.3, detections[name].onnxruntime > 0.3
    assert unpacked.any()
    assert (packed & unpacked).sum() / (packed | unpacked).sum() >= 0.9


@pytest.mark.parametrize("name", ["page.png", "motorcycle.png"])
def test_the_boxes_agree_with_the_unpacked_network_on_the_picture(model_file, detections, name):
    decoder = decode.for_model(hbm_runtime_core.HB_HBMRuntime(str(model_file)), "text_detector")
    packed, unpacked = (
        decoder.decode({"probability": values}) for values in (detections[name].runtime, detections[name].onnxruntime)
    )
    assert len(packed) == len(unpacked) > 0
    # By score, lines that look alike may change places.
    packed_corners, unpacked_corners = (
        sorted(found.corners.tolist(), key=lambda corners: corners[0][1]) for found in (packed, unpacked)
    )
    np.testing.assert_allclose(packed_corners, unpacked_corners, atol=4)
