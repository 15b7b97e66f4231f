# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Points and boxes between model and source, with the transforms that pictures really get."""

import numpy as np
import pytest
from hbm_runtime_ros.msg import ImageTransform, InferenceResult
from rclpy.serialization import deserialize_message

from hbm_runtime_core._vision import Nv12Preparation
from hbm_runtime_ros import _wire
from hbm_runtime_ros.geometry import boxes_to_model, boxes_to_source, points_to_model, points_to_source, transform_of
from hbm_runtime_ros.inputs.pictures import transform_message

MODES = ["stretch", "letterbox", "letterbox_top_left", "center_crop", "none"]

LETTERBOX = ImageTransform(
    mode="letterbox", source_width=1920, source_height=1080, model_width=640, model_height=640,
    scale_x=1 / 3, scale_y=1 / 3, pad_top=140.0,
)  # fmt: skip


def prepared(mode, source, model, region):
    """The core's transform of a prepared picture, and that of the result."""
    (width, height), (model_width, model_height) = source, model
    preparation = Nv12Preparation(
        names=("y", "uv"), width=model_width, height=model_height, model_range="limited", picture_range="limited",
        resize=mode, interpolation="nearest", region=region, pad_rgb=(0, 0, 0),
    )  # fmt: skip
    y = np.zeros((1, model_height, model_width, 1), np.uint8)
    uv = np.zeros((1, model_height // 2, model_width // 2, 2), np.uint8)
    placed = preparation.prepare(bytes(width * height), width, height, width, "mono8", y, uv, offset=0)
    payload = _wire.ResultWriter("m", []).write(
        header=_wire.FrameHeader(0, 0, ""), sequence=0, transforms=[transform_message(placed, ("y", "uv"))],
        timing=(0,) * 7, outputs=[],
    )  # fmt: skip
    return placed, deserialize_message(bytes(payload), InferenceResult).transforms[0]


def random_cases():
    random = np.random.default_rng(5)
    for mode in MODES:
        for with_region in (False, True):
            for _ in range(10):
                source = random.integers(2, 150, 2) * 2
                model = random.integers(1, 60, 2) * 2
                first = random.integers(0, source - 1)
                size = random.integers(1, source - first, endpoint=True)
                region = (*map(int, first), *map(int, size)) if with_region else None
                if mode == "none":
                    source = np.maximum(source, model)
                    region = (*map(int, random.integers(0, source - model, endpoint=True)), *map(int, model))
                yield mode, tuple(map(int, source)), tuple(map(int, model)), region


def test_a_way_there_and_back_is_the_identity_for_every_mode_size_and_region():
    random = np.random.default_rng(6)
    for case in random_cases():
        placed, message = prepared(*case)
        assert transform_of(message) == placed, case
        points = random.uniform(-500, 500, (3, 7, 2))
        boxes = np.concatenate([points, points + random.uniform(0, 300, points.shape)], axis=-1)
        for there, back in ((points_to_source, points_to_model), (points_to_model, points_to_source)):
            np.testing.assert_allclose(back(message, there(message, points)), points, atol=1e-8, err_msg=str(case))
        for form in ("xyxy", "xywh", "cxcywh"):
            for there, back in ((boxes_to_source, boxes_to_model), (boxes_to_model, boxes_to_source)):
                np.testing.assert_allclose(
                    back(message, there(message, boxes, form=form), form=form), boxes, atol=1e-8, err_msg=str(case)
                )


def test_the_corners_of_a_region_are_those_of_its_place_in_the_model():
    _, message = prepared("letterbox", (200, 100), (64, 64), (20, 10, 120, 60))
    np.testing.assert_allclose(points_to_source(message, [[0, 16], [64, 48]]), [[20, 10], [140, 70]])


def test_forms_of_boxes_tell_the_same_box():
    corners = np.array([10.0, 150, 110, 350])
    expected = boxes_to_source(LETTERBOX, corners)
    np.testing.assert_allclose(expected, [30, 30, 330, 630])
    np.testing.assert_allclose(boxes_to_source(LETTERBOX, [10, 150, 100, 200], form="xywh"), [30, 30, 300, 600])
    np.testing.assert_allclose(boxes_to_source(LETTERBOX, [60, 250, 100, 200], form="cxcywh"), [180, 330, 300, 600])


def test_clipped_boxes_end_at_the_border_of_the_source():
    np.testing.assert_allclose(boxes_to_source(LETTERBOX, [-9, 0, 900, 640], clip=True), [0, 0, 1920, 1080], atol=1e-9)
    np.testing.assert_allclose(
        boxes_to_source(LETTERBOX, [620, 140, 40, 30], form="xywh", clip=True), [1860, 0, 60, 90], atol=1e-9
    )
    np.testing.assert_allclose(points_to_source(LETTERBOX, [-1, 1e6], clip=True), [0, 1080])


def test_empty_arrays_stay_empty():
    assert points_to_source(LETTERBOX, np.zeros((0, 2))).shape == (0, 2)
    assert boxes_to_source(LETTERBOX, np.zeros((0, 4), np.float32), form="xywh").shape == (0, 4)


def test_what_is_no_point_no_box_and_no_transform_is_refused():
    with pytest.raises(ValueError, match=r"expected points \[..., 2\], got an array of the shape \[3, 4\]"):
        points_to_source(LETTERBOX, np.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"expected boxes \[..., 4\], got an array of the shape \[2\]"):
        boxes_to_source(LETTERBOX, [1, 2])
    with pytest.raises(ValueError, match="'yolo' is unknown; known are xyxy, xywh, cxcywh"):
        boxes_to_source(LETTERBOX, [1, 2, 3, 4], form="yolo")
    with pytest.raises(ValueError, match="expected a positive scale"):
        points_to_source(ImageTransform(mode="none"), [1, 2])
