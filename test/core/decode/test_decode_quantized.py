# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Integers are decoded to exactly what their real values are decoded to."""

from __future__ import annotations

import numpy as np
import pytest
from decode_heads import as_integers, by_stride, yolo_maps, yolov5_maps
from decoder_models import Output, arrays, assert_found, model, with_padded_rows
from reference import without_overlaps, without_suppression, yolo, yolov5

from hbm_runtime_core import HB_HBMRuntime, decode, dequantize

SIZE = (160, 128)
FAMILIES = ("yolov8", "yolov8-seg", "yolov8-pose", "yolov8-obb", "yolo26", "yolov5", "yolov10")
DTYPES = ("int8", "int16", "int32")


def maps_of(family: str) -> dict[str, np.ndarray]:
    if family == "yolov5":
        return yolov5_maps()
    return yolo_maps(family.partition("-")[2] or "detect", bins=1 if family == "yolo26" else 16)


def real_outputs(outputs: list[Output], runtime: HB_HBMRuntime) -> list[Output]:
    quants = runtime.output_quants["detector"]
    return [Output(output.name, dequantize(output.values, quants[output.name])) for output in outputs]


def assert_identical(one, other) -> None:
    for name in ("boxes", "scores", "classes", "corners", "keypoints", "masks"):
        first, second = getattr(one, name), getattr(other, name)
        assert (first is None) == (second is None), name
        if first is not None:
            np.testing.assert_array_equal(first, second, err_msg=name)


@pytest.mark.parametrize("channels_first", [False, True], ids=["nhwc", "nchw"])
@pytest.mark.parametrize("per_channel", [False, True], ids=["per_tensor", "per_channel"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_integers_are_decoded_bit_for_bit_as_their_real_values(family, dtype, per_channel, channels_first, tmp_path):
    outputs = as_integers(maps_of(family), np.dtype(dtype), per_channel=per_channel, channels_first=channels_first)
    runtime = model(tmp_path / "q", outputs, *SIZE)
    real = real_outputs(outputs, runtime)
    found = decode.for_model(runtime, "detector", family).decode(arrays(outputs))
    expected = decode.for_model(model(tmp_path / "f", real, *SIZE), "detector", family).decode(arrays(real))
    assert len(found) > 20
    assert_identical(found, expected)


@pytest.mark.parametrize("channels_first", [False, True], ids=["nhwc", "nchw"])
@pytest.mark.parametrize("dtype", [*DTYPES, "float16", "float32"])
@pytest.mark.parametrize("family", FAMILIES)
def test_padded_rows_are_decoded_as_dense_ones(family, dtype, channels_first, tmp_path):
    maps = maps_of(family)
    if dtype.startswith("float"):
        axes = (0, 3, 1, 2) if channels_first else (0, 1, 2, 3)
        outputs = [Output(n, np.ascontiguousarray(real.transpose(axes)).astype(dtype)) for n, real in maps.items()]
    else:
        outputs = as_integers(maps, np.dtype(dtype), per_channel=True, channels_first=channels_first)
    decoder = decode.for_model(model(tmp_path, outputs, *SIZE), "detector", family)
    dense = arrays(outputs)
    assert_identical(decoder.decode({n: with_padded_rows(values) for n, values in dense.items()}), decoder.decode(dense))


@pytest.mark.parametrize("zero_point", [0, -37])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", ["yolov8", "yolo26", "yolov5"])
def test_integers_are_decoded_as_the_formulas_say(family, dtype, zero_point, tmp_path):
    outputs = as_integers(maps_of(family), np.dtype(dtype), per_channel=True, zero_point=zero_point)
    runtime = model(tmp_path, outputs, *SIZE)
    found = decode.for_model(runtime, "detector", family).decode(arrays(outputs))
    if family == "yolov5":
        expected = without_overlaps(yolov5([maps[0] for maps in by_stride(outputs)], 5), 0.25, 0.45)
    elif family == "yolo26":
        expected = without_suppression(yolo(by_stride(outputs)), 0.25)
    else:
        expected = without_overlaps(yolo(by_stride(outputs)), 0.25, 0.7)
    assert_found(found, expected, *SIZE)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_score_that_equals_the_threshold_is_kept(dtype, tmp_path):
    maps = {name: np.zeros_like(values) for name, values in yolo_maps(classes=3).items()}
    outputs = [Output(name, values.astype(dtype), 0.125) for name, values in maps.items()]
    decoder = decode.for_model(model(tmp_path, outputs, *SIZE), "detector", "yolov8", confidence=0.5)
    values = arrays(outputs)
    for stride in (8, 16, 32):
        values[f"cls{stride}"][...] = -1
    assert len(decoder.decode(values)) == 0
    # The sigmoid of 0 is one half.
    values["cls16"][0, 3, 4, 1] = 0
    found = decoder.decode(values)
    assert found.scores.tolist() == [0.5]
    assert found.classes.tolist() == [1]


def test_the_threshold_is_exact_for_each_integer(tmp_path):
    """All 256 values of a score, each with a scale of its own, against thresholds in between and at scores."""
    scales = np.linspace(0.01, 0.09, 16)
    maps = {name: np.zeros_like(values) for name, values in yolo_maps(classes=16, width=128, height=128).items()}
    outputs = [
        Output(
            name, values.astype(np.int8), scales if name.startswith("cls") else 1.0, axis=3 if name.startswith("cls") else 0
        )
        for name, values in maps.items()
    ]
    decoder = decode.for_model(model(tmp_path, outputs, 128, 128), "detector", "yolov8", iou=1.0, max_detections=10_000)
    values = arrays(outputs)
    for channel in range(16):
        for stride in (8, 16, 32):
            values[f"cls{stride}"][...] = -128
        values["cls8"][0, :, :, channel] = np.arange(-128, 128).reshape(16, 16)
        logits = np.arange(-128, 128).astype(np.float32) * np.float32(scales[channel])
        for confidence in (0.25, 0.5, float(1 / (1 + np.exp(-np.float64(logits[140])))), 0.9):
            decoder.confidence = confidence
            found = decoder.decode(values)
            # A float of the threshold's last place may fall on either side.
            exact = 1 / (1 + np.exp(-np.float64(logits)))
            assert (
                (exact > confidence + 1e-7).sum() <= (found.classes == channel).sum() <= (exact >= confidence - 1e-7).sum()
            )
