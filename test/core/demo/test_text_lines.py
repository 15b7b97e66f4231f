# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cutting lines of text out of pictures."""

import numpy as np
import pytest

from demo.text import TextBox, cut_line


def test_a_cut_line_is_upright_and_even():
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[80:100, 50:151] = 255
    corners = np.array([[50, 80], [151, 80], [151, 100], [50, 100]], float)
    line = cut_line(picture, TextBox(corners, 1.0), height=48, max_width=960)
    assert line.shape[0] == 48 and line.shape[1] % 2 == 0
    assert line.shape[1] == pytest.approx(101 / 20 * 48, abs=2)
    assert line.mean() > 240


def test_a_long_line_is_squeezed_to_the_widest_that_fits():
    picture = np.zeros((100, 2000, 3), np.uint8)
    corners = np.array([[0, 40], [2000, 40], [2000, 60], [0, 60]], float)
    assert cut_line(picture, TextBox(corners, 1.0), height=48, max_width=960).shape == (48, 960, 3)


def test_a_box_that_reaches_out_of_the_picture_repeats_the_border():
    picture = np.full((60, 100, 3), 200, np.uint8)
    corners = np.array([[-10, 20], [110, 20], [110, 40], [-10, 40]], float)
    assert (cut_line(picture, TextBox(corners, 1.0), height=48, max_width=960) == 200).all()
