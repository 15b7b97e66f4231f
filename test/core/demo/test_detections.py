# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo reads of messages with boxes; the messages here are objects with the same fields."""

from types import SimpleNamespace

import numpy as np
import pytest

from demo.detections import corners_of, detections_of


def message(*boxes):
    """A Detection2DArray of (x, y, width, height, theta, name)."""
    return SimpleNamespace(
        detections=[
            SimpleNamespace(
                bbox=SimpleNamespace(
                    center=SimpleNamespace(position=SimpleNamespace(x=x, y=y), theta=theta), size_x=width, size_y=height
                ),
                results=[SimpleNamespace(hypothesis=SimpleNamespace(class_id=name, score=0.5))],
            )
            for x, y, width, height, theta, name in boxes
        ]
    )


def test_corners_go_clockwise_from_the_top_left():
    (corners,) = corners_of(message((50.0, 20.0, 40.0, 10.0, 0.0, "line")))
    assert corners.tolist() == [[30, 15], [70, 15], [70, 25], [30, 25]]


def test_a_box_is_turned_clockwise_around_its_center():
    (corners,) = corners_of(message((50.0, 50.0, 40.0, 10.0, np.pi / 2, "line")))
    np.testing.assert_allclose(corners, [[55, 30], [55, 70], [45, 70], [45, 30]], atol=1e-9)


@pytest.mark.parametrize("theta", [0.0, 0.1])
def test_boxes_that_are_turned_keep_their_corners(theta):
    found = detections_of(message((50.0, 20.0, 40.0, 10.0, theta, "b")), ["a", "b"], 100, 50)
    assert found.label(0) == "b"
    assert (found.corners is None) == (theta == 0)
    assert len(detections_of(message(), ["a"], 100, 50)) == 0
