# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes from probability maps."""

import cv2
import numpy as np
import pytest

from demo.text import TextBoxDecoder


def map_with(*cores, size=(320, 320)):
    """A probability map with rotated rectangles: (centre, (width, height), angle in degrees, probability)."""
    plane = np.zeros(size, np.float32)
    for centre, sides, angle_deg, probability in cores:
        cv2.fillPoly(plane, [np.round(cv2.boxPoints((centre, sides, angle_deg))).astype(np.int32)], probability)
    return plane


def test_a_box_grows_by_area_over_perimeter_from_its_core():
    plane = np.zeros((320, 320), np.float32)
    plane[100:120, 50:150] = 0.9
    (box,) = TextBoxDecoder(unclip_ratio=1.5).decode(plane)
    growth = 100 * 20 * 1.5 / (2 * 120)
    width, height = box.size()
    assert width == pytest.approx(100 + 2 * growth, abs=0.5)
    assert height == pytest.approx(20 + 2 * growth, abs=0.5)
    assert box.score == pytest.approx(0.9)


def test_corners_go_clockwise_from_the_top_left():
    (box,) = TextBoxDecoder().decode(map_with(((160, 100), (120, 16), 0, 1.0)))
    top_left, top_right, bottom_right, bottom_left = box.corners
    assert top_left[0] < top_right[0] and bottom_left[0] < bottom_right[0]
    assert top_left[1] < bottom_left[1] and top_right[1] < bottom_right[1]


@pytest.mark.parametrize("angle_deg", [-30, -10, 10, 30])
def test_a_tilted_line_keeps_its_width_along_the_text(angle_deg):
    (box,) = TextBoxDecoder().decode(map_with(((160, 160), (140, 14), angle_deg, 1.0)))
    along = box.corners[1] - box.corners[0]
    assert np.degrees(np.arctan2(along[1], along[0])) == pytest.approx(angle_deg, abs=2)
    assert box.size()[0] > 4 * box.size()[1]


def test_boxes_come_from_top_to_bottom():
    plane = map_with(((100, 250), (80, 12), 0, 1.0), ((200, 50), (80, 12), 0, 1.0), ((120, 150), (80, 12), 0, 1.0))
    centres = [box.corners[:, 1].mean() for box in TextBoxDecoder().decode(plane)]
    assert centres == sorted(centres)
    assert len(centres) == 3


def test_faint_and_tiny_cores_are_dropped():
    plane = map_with(((100, 100), (80, 12), 0, 0.4))
    plane[200, 200] = 1.0
    assert TextBoxDecoder(min_score=0.6).decode(plane) == []


def test_the_number_of_boxes_is_bounded():
    plane = np.zeros((320, 320), np.float32)
    for row in range(20, 300, 20):
        plane[row : row + 6, 40:200] = 1.0
    assert len(TextBoxDecoder(max_boxes=5).decode(plane)) == 5


def test_leading_axes_of_one_are_accepted():
    plane = map_with(((160, 160), (140, 14), 0, 1.0))
    assert len(TextBoxDecoder().decode(plane[None, None])) == 1


def test_a_batch_of_maps_is_refused_with_its_shape():
    with pytest.raises(ValueError, match=r"got \[2, 1, 320, 320\]"):
        TextBoxDecoder().decode(np.zeros((2, 1, 320, 320), np.float32))


def test_an_empty_map_has_no_boxes():
    assert TextBoxDecoder().decode(np.zeros((64, 64), np.float32)) == []
