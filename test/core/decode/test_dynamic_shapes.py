# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Models whose shapes are known only when they run, and quantization that decoders cannot read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hbm_runtime_core import HbmValueError, decode
from hbm_runtime_core.vision import ImageTransform


def described(shape: list[int], picture: list[int], quant: Any = None) -> SimpleNamespace:
    """What a runtime says of the model "net", which has one input and one output, float32 or with `quant` int8."""
    real = SimpleNamespace(quant_type=SimpleNamespace(name="NONE"), scale=(), zero_point=(), axis=0)
    return SimpleNamespace(
        model_names=["net"],
        model_descs={"net": ""},
        input_shapes={"net": {"images": picture}},
        output_names={"net": ["output0"]},
        output_shapes={"net": {"output0": shape}},
        output_dtypes={"net": {"output0": SimpleNamespace(name="S8" if quant else "F32")}},
        output_quants={"net": {"output0": quant or real}},
    )


def rows(boxes: int) -> np.ndarray:
    """Rows of a detector of two classes, of which the last one finds something."""
    array = np.zeros((1, 6, boxes), np.float32)
    array[0, :, -1] = (100, 60, 40, 20, 0.1, 0.8)
    return array


def test_each_call_may_have_another_number_of_boxes():
    decoder = decode.for_model(described([1, 6, -1], [1, 3, 640, 640]), "net")
    for boxes in (1, 8400, 17):
        found = decoder.decode({"output0": rows(boxes)})
        np.testing.assert_array_equal(found.boxes, [[80, 50, 120, 70]])


def test_what_is_fixed_must_be_as_the_model_says():
    decoder = decode.for_model(described([1, 6, -1], [1, 3, 640, 640]), "net")
    with pytest.raises(HbmValueError, match=r"output 'output0': expected float32 \[1, 6, \?\], got float32 \[1, 7, 9\]"):
        decoder.decode({"output0": np.zeros((1, 7, 9), np.float32)})


def test_a_batch_of_pictures_is_refused():
    decoder = decode.for_model(described([-1, 6, 8400], [1, 3, 640, 640]), "net")
    with pytest.raises(HbmValueError, match="output 'output0': expected 1 along dimension 0, got 2"):
        decoder.decode({"output0": np.zeros((2, 6, 8400), np.float32)})
    with pytest.raises(HbmValueError, match="none fits"):
        decode.for_model(described([4, 6, 8400], [1, 3, 640, 640]), "net")


def test_a_picture_of_any_size_needs_its_transform():
    decoder = decode.for_model(described([1, 6, -1], [1, 3, -1, -1]), "net", "yolov8")
    with pytest.raises(HbmValueError, match="transform: expected one, because the model's picture has no fixed size"):
        decoder.decode({"output0": rows(9)})
    transform = ImageTransform("stretch", 1280, 640, 320, 320, 0.25, 0.5, 0, 0, 0, 0)
    np.testing.assert_array_equal(decoder.decode({"output0": rows(9)}, transform).boxes, [[320, 100, 480, 140]])


def test_scales_along_another_dimension_than_the_channels_are_refused():
    quant = SimpleNamespace(quant_type=SimpleNamespace(name="SCALE"), scale=[0.1] * 8400, zero_point=[0] * 8400, axis=2)
    with pytest.raises(
        HbmValueError, match="expected one scale for all, or one for each channel along dimension 1, got 8400"
    ):
        decode.for_model(described([1, 6, 8400], [1, 3, 640, 640], quant), "net")
