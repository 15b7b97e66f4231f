# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The classes of a segmentation in the pixels of the source picture."""

import numpy as np
import pytest

from hbm_runtime_core.decode import Segmentation
from hbm_runtime_core.vision import ImageTransform

# 160 x 90 pixels in a model's picture of 64 x 64, over which the map has 16 x 16 cells.
LETTERBOX = ImageTransform("letterbox", 160, 90, 64, 64, 0.4, 0.4, 0.0, 14.0, 0.0, 0.0)
CROP = ImageTransform("center_crop", 160, 90, 64, 64, 64 / 90, 64 / 90, 0.0, 0.0, 35.0, 0.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_class_of_each_pixel_is_that_of_the_cell_below_its_center(dtype):
    classes = np.arange(256, dtype=dtype).reshape(16, 16)
    found = Segmentation(classes, (), 160, 90, LETTERBOX)
    for width, height in ((160, 90), (80, 45), (320, 180)):
        x = (((np.arange(width) + 0.5) * 160 / width * 0.4) / 4).astype(int)
        y = (((np.arange(height) + 0.5) * 90 / height * 0.4 + 14) / 4).astype(int)
        resized = found.resized(width, height)
        assert resized.dtype == dtype
        np.testing.assert_array_equal(resized, classes[np.ix_(y, x)])


def test_without_a_transform_the_map_covers_the_models_picture():
    classes = np.array([[1, 2], [3, 4]], np.uint8)
    np.testing.assert_array_equal(Segmentation(classes, (), 64, 64).resized(4, 2), [[1, 1, 2, 2], [3, 3, 4, 4]])


def test_what_a_center_crop_has_not_shown_has_no_class():
    resized = Segmentation(np.zeros((16, 16), np.uint8), (), 160, 90, CROP).resized(160, 90)
    assert (resized[:, 35:125] == 0).all()
    assert (resized[:, :35] == 255).all() and (resized[:, 125:] == 255).all()
