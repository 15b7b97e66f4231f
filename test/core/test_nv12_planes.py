# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""NV12 pictures as model inputs."""

import numpy as np
import pytest

from hbm_runtime_core import nv12_planes


def test_the_planes_are_views_of_the_picture():
    image = np.arange(4 * 6 * 3 // 2, dtype=np.uint8).reshape(6, 6)
    y, uv = nv12_planes(image, width=6, height=4)
    assert y.shape == (1, 4, 6, 1) and uv.shape == (1, 2, 3, 2)
    assert np.shares_memory(y, image) and np.shares_memory(uv, image)
    assert y[0, 3, 5, 0] == 23 and uv[0, 0, 0].tolist() == [24, 25]


@pytest.mark.parametrize(("width", "height"), [(5, 4), (4, 5), (0, 4), (4, -2)])
def test_odd_and_empty_sides_are_refused(width, height):
    with pytest.raises(ValueError, match=f"got {width}x{height}"):
        nv12_planes(np.zeros(24, np.uint8), width, height)


def test_another_number_of_bytes_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match=r"expected 36 bytes .* got 24"):
        nv12_planes(np.zeros(24, np.uint8), 6, 4)


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="C-contiguous"):
        nv12_planes(np.zeros((6, 12), np.uint8)[:, ::2], 6, 4)


@pytest.mark.parametrize("image", [np.zeros(36, np.float32), bytes(36)])
def test_other_types_are_a_type_error(image):
    with pytest.raises(TypeError, match="array of uint8"):
        nv12_planes(image, 6, 4)
