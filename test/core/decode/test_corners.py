# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An object in each corner of the camera's picture is returned at its pixels, also where the picture has odd sides."""

import numpy as np
import pytest
from decode_models import Recorded, load

from hbm_runtime_core import decode
from hbm_runtime_core.vision import ImageTransform

SIDE = 640
SIZES = [(1280, 720), (640, 480), (1001, 333), (335, 777)]


def transform_of(mode, width, height):
    """How a picture of that size is put into the model's."""
    scale_x, scale_y = SIDE / width, SIDE / height
    if mode == "letterbox":
        scale_x = scale_y = min(scale_x, scale_y)
    left, top = (SIDE - width * scale_x) / 2, (SIDE - height * scale_y) / 2
    return ImageTransform(mode, width, height, SIDE, SIDE, scale_x, scale_y, left, top, 0, 0)


def in_corners(width, height):
    """Boxes of a seventh of the picture, in the order of their corners: top left, top right, bottom left, bottom right."""
    w, h = width / 7, height / 7
    return np.array([[x, y, x + w, y + h] for y in (0, height - h) for x in (0, width - w)])


def fcos(boxes):
    outputs = {f"class{side}": np.full((1, side, side, 3), -9, np.float32) for side in (80, 40, 20, 10, 5)}
    outputs |= {f"box{side}": np.zeros((1, side, side, 4), np.float32) for side in (80, 40, 20, 10, 5)}
    outputs |= {f"center{side}": np.zeros((1, side, side, 1), np.float32) for side in (80, 40, 20, 10, 5)}
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        column, row = int((x0 + x1) / 16), int((y0 + y1) / 16)
        x, y = 8 * (column + 0.5), 8 * (row + 0.5)
        outputs["class80"][0, row, column, 1] = 9 - number
        outputs["box80"][0, row, column] = x - x0, y - y0, x1 - x, y1 - y
        outputs["center80"][0, row, column] = 5
    return outputs


def centerface(boxes):
    outputs = {"heatmap": 1, "size": 2, "offset": 2, "points": 10}
    outputs = {name: np.zeros((1, channels, 160, 160), np.float32) for name, channels in outputs.items()}
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        x, y = (x0 + x1) / 8, (y0 + y1) / 8
        at = 0, slice(None), int(y), int(x)
        outputs["heatmap"][at] = 0.9 - number / 100
        outputs["size"][at] = np.log([(y1 - y0) / 4, (x1 - x0) / 4])
        outputs["offset"][at] = y - int(y) - 0.5, x - int(x) - 0.5
        outputs["points"][at] = 0.5
    return outputs


def rtdetr(boxes):
    outputs = {"logits": np.full((1, 300, 3), -9, np.float32), "boxes": np.full((1, 300, 4), 0.5, np.float32)}
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        outputs["logits"][0, 7 * number, 1] = 9 - number
        outputs["boxes"][0, 7 * number] = np.array([x0 + x1, y0 + y1, 2 * (x1 - x0), 2 * (y1 - y0)]) / (2 * SIDE)
    return outputs


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["letterbox", "stretch"])
@pytest.mark.parametrize("make", [fcos, centerface, rtdetr])
def test_an_object_in_each_corner_is_returned_at_its_pixels(tmp_path, make, mode, size):
    transform, boxes = transform_of(mode, *size), in_corners(*size)
    outputs = {name: Recorded(array) for name, array in make(transform.to_model(boxes)).items()}
    runtime, results = load(tmp_path, outputs, picture=(SIDE, SIDE))
    found = decode.for_model(runtime, "net").decode(results, transform)
    assert found.classes.tolist() == [0 if make is centerface else 1] * 4
    np.testing.assert_allclose(found.boxes, boxes, rtol=0, atol=2e-3)
    if found.keypoints is not None:
        centers = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
        np.testing.assert_allclose(found.keypoints[:, :, :2], np.repeat(centers, 5, axis=1), rtol=0, atol=2e-3)
