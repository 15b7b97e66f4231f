# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cutting lines out of pictures, and reading a recogniser's output."""

import numpy as np
import pytest

from demo.text import LineReader, TextBox, cut_line


def one_hot(classes, count):
    steps = np.full((len(classes), count), 0.01, np.float32)
    steps[np.arange(len(classes)), classes] = 0.9
    return steps


def test_repeated_steps_are_one_character_and_a_blank_makes_two():
    reader = LineReader(["a", "b", "l"])
    reading = reader.decode(one_hot([0, 2, 2, 1, 0, 3, 3, 0, 3, 0], 4))
    assert reading.text == "ball"
    assert reading.confidence == pytest.approx(0.9)


def test_a_line_without_characters_reads_as_nothing():
    reading = LineReader(["a"]).decode(one_hot([0, 0, 0], 2)[None])
    assert reading.text == "" and reading.confidence == 0.0
    assert not reading.is_trusted()


def test_an_alphabet_of_another_network_is_refused():
    with pytest.raises(ValueError, match=r"expected 4 classes .* got 3"):
        LineReader(["a", "b", "c"]).decode(np.zeros((5, 3), np.float32))


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
