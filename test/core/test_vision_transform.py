# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ImageTransform as a value."""

import copy
import pickle

import numpy as np
import pytest

from hbm_runtime_core.vision import ImageTransform

FIELDS = {
    "mode": "letterbox",
    "src_width": 1920,
    "src_height": 1080,
    "dst_width": 640,
    "dst_height": 640,
    "scale_x": 1 / 3,
    "scale_y": 1 / 3,
    "pad_left": 0.0,
    "pad_top": 140.0,
    "crop_x": 0.0,
    "crop_y": 0.0,
}


def test_a_transform_is_made_from_the_fields_of_a_message():
    transform = ImageTransform(**FIELDS)
    assert {name: getattr(transform, name) for name in FIELDS} == FIELDS
    np.testing.assert_allclose(transform.to_source([0, 140]), [0, 0], atol=1e-9)
    np.testing.assert_allclose(transform.to_source([[320, 320, 640, 500]]), [[960, 540, 1920, 1080]])


def test_points_of_any_number_of_dimensions_keep_their_shape():
    transform = ImageTransform(**FIELDS)
    for shape in [(2,), (0, 2), (5, 2), (3, 4, 2), (7, 4)]:
        assert transform.to_source(np.zeros(shape)).shape == shape
        assert transform.to_model(np.zeros(shape, np.int32)).dtype == np.float64


def test_clip_brings_points_to_the_border_of_the_source():
    transform = ImageTransform(**FIELDS)
    boxes = transform.to_source([[-30, 0, 700, 640], [0, 140, np.nan, 200]], clip=True)
    np.testing.assert_allclose(boxes, [[0, 0, 1920, 1080], [0, 0, np.nan, 180]], atol=1e-9)


def test_transforms_are_compared_copied_and_pickled_by_value():
    transform = ImageTransform(**FIELDS)
    assert transform == ImageTransform(**FIELDS)
    assert transform != ImageTransform(**{**FIELDS, "pad_top": 0.0})
    assert transform != "transform"
    assert pickle.loads(pickle.dumps(transform)) == transform
    assert copy.deepcopy(transform) == transform
    assert len({transform, ImageTransform(**FIELDS)}) == 1
    assert repr(transform).startswith("ImageTransform(letterbox, 1920x1080 -> 640x640, scale 0.333")


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_that_nothing_maps_back_from_is_refused(scale):
    with pytest.raises(ValueError, match="expected a positive scale, got "):
        ImageTransform(**{**FIELDS, "scale_y": scale})


def test_points_of_another_form_are_refused():
    with pytest.raises(ValueError, match="got a last dimension of 3"):
        ImageTransform(**FIELDS).to_source([[1, 2, 3]])
    with pytest.raises(ValueError, match="unknown resize mode 'fit' .known: stretch, letterbox"):
        ImageTransform(**{**FIELDS, "mode": "fit"})
