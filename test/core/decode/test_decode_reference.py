# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The plain numpy decoders, against which the native ones are tested, find what the original programs find."""

import numpy as np
import pytest
from golden_files import NAMES, load
from reference import (
    corners_of,
    mask_of,
    without_overlaps,
    without_rotated_overlaps,
    without_suppression,
    yolo,
    yolov5,
)


@pytest.mark.parametrize("name", NAMES)
def test_plain_formulas_find_what_the_original_program_finds(name):
    golden = load(name)
    confidence = float(golden.values["confidence"])
    if golden.family.startswith("yolov5"):
        found = without_overlaps(yolov5(golden.anchor_maps(), 5), confidence, golden.iou)
    else:
        candidates = yolo(golden.maps(), golden.task, one_to_one=golden.name.startswith("yolo26"))
        if golden.is_one_to_one:
            found = without_suppression(candidates, confidence)
        elif golden.task == "obb":
            found = without_rotated_overlaps(candidates, confidence, golden.iou)
        else:
            found = without_overlaps(candidates, confidence, golden.iou)
    np.testing.assert_array_equal(found.classes, golden.values["classes"])
    np.testing.assert_allclose(found.scores, golden.values["scores"], rtol=0, atol=1e-6)
    if golden.task == "obb":
        np.testing.assert_allclose(corners_of(found.extra["rotated"]), golden.corners, rtol=0, atol=3e-4)
    else:
        np.testing.assert_allclose(found.boxes, golden.values["boxes"], rtol=0, atol=3e-4)
    if golden.task == "pose":
        np.testing.assert_allclose(found.extra["keypoints"], golden.values["keypoints"], rtol=0, atol=3e-4)
    if golden.task == "seg":
        prototypes = golden.values["prototypes"]
        for box, coefficients, mask in zip(found.boxes, found.extra["coefficients"], golden.masks):
            np.testing.assert_array_equal(mask_of(box, coefficients, prototypes, *golden.size), mask)
