# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLO heads whose outputs come stride by stride."""

import numpy as np
import pytest
import reference
from decode_models import Recorded, load, quantized

from hbm_runtime_core import HbmValueError, decode

SIDES = (80, 40, 20)
CLASSES = 80


def random_levels(seed: int, box_channels: int = 64, objects: int = 60, classes: int = CLASSES):
    """Real class logits and boxes of three levels, with `objects` cells above most thresholds."""
    random = np.random.default_rng(seed)
    levels = []
    for side in SIDES:
        logits = random.normal(-6, 1, (side, side, classes)).astype(np.float32)
        for _ in range(objects // len(SIDES)):
            y, x, index = random.integers(0, (side, side, classes))
            logits[y, x, index] = random.normal(1, 2)
        if box_channels == 64:
            boxes = random.normal(0, 2, (side, side, 64)).astype(np.float32)
        else:
            boxes = random.uniform(0, 6, (side, side, 4)).astype(np.float32)
        levels.append((logits, boxes))
    return levels


def outputs_of(levels, record=lambda real, kind: Recorded(real), layout="NHWC"):
    outputs = {}
    for index, level in enumerate(levels):
        for kind, real in zip(("cls", "box"), level):
            array = real[None] if layout == "NHWC" else np.ascontiguousarray(real.transpose(2, 0, 1))[None]
            outputs[f"{kind}{index}"] = record(array, kind)
    return outputs


def real_levels(outputs, layout="NHWC"):
    arrays = [recorded.real[0] for recorded in outputs.values()]
    if layout == "NCHW":
        arrays = [array.transpose(1, 2, 0) for array in arrays]
    return list(zip(arrays[::2], arrays[1::2]))


RECORDERS = {
    "float32": lambda real, kind: Recorded(real),
    "float16": lambda real, kind: Recorded(real.astype(np.float16)),
    "int8": lambda real, kind: quantized(real, "int8", 0.11 if kind == "cls" else 0.07),
    "int16": lambda real, kind: quantized(real, "int16", 0.001),
    "int32": lambda real, kind: quantized(real, "int32", 1e-5),
}


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("kind", RECORDERS)
def test_boxes_are_those_of_a_plain_numpy_decoder(tmp_path, kind, layout):
    outputs = outputs_of(random_levels(1), RECORDERS[kind], layout)
    runtime, results = load(tmp_path, outputs)
    found = decode.for_model(runtime, "net").decode(results)
    expected = reference.without_overlaps(reference.yolo(real_levels(outputs, layout)), 0.25, 0.7)
    assert len(found) > 20
    assert found.classes.tolist() == expected.classes.tolist()
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)
    np.testing.assert_allclose(found.boxes, np.clip(expected.boxes, 0, 640), atol=1e-3)


def test_rows_that_the_device_pads_are_skipped(tmp_path):
    outputs = outputs_of(random_levels(2), lambda real, kind: quantized(real, "int8", 0.1, align_bytes=128))
    runtime, results = load(tmp_path, outputs)
    found = decode.for_model(runtime, "net").decode(results)
    expected = reference.without_overlaps(reference.yolo(real_levels(outputs)), 0.25, 0.7)
    assert found.classes.tolist() == expected.classes.tolist()
    np.testing.assert_allclose(found.boxes, np.clip(expected.boxes, 0, 640), atol=1e-3)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32"])
def test_quantized_outputs_give_what_dequantized_ones_give_bit_for_bit(tmp_path, kind):
    outputs = outputs_of(random_levels(3), RECORDERS[kind])
    real = {name: Recorded(recorded.real) for name, recorded in outputs.items()}
    runtime, results = load(tmp_path, outputs)
    real_runtime, real_results = load(tmp_path, real, name="real")
    for confidence in (0.0, 0.01, 0.25, 0.5, 0.731):
        raw = decode.for_model(runtime, "net", confidence=confidence).decode(results)
        plain = decode.for_model(real_runtime, "real", confidence=confidence).decode(real_results)
        np.testing.assert_array_equal(raw.boxes, plain.boxes)
        np.testing.assert_array_equal(raw.scores, plain.scores)
        np.testing.assert_array_equal(raw.classes, plain.classes)


def test_a_score_that_equals_the_threshold_is_kept(tmp_path):
    levels = random_levels(4, objects=0)
    levels[0][0][10, 20, 7] = 0.0
    runtime, results = load(tmp_path, outputs_of(levels, RECORDERS["int8"]))
    assert decode.for_model(runtime, "net", confidence=0.5).decode(results).classes.tolist() == [7]
    assert len(decode.for_model(runtime, "net", confidence=np.nextafter(0.5, 1, dtype=np.float32)).decode(results)) == 0


def test_a_network_without_bins_is_a_yolo26_and_needs_no_suppression(tmp_path):
    levels = random_levels(5, box_channels=4)
    runtime, results = load(tmp_path, outputs_of(levels))
    decoder = decode.for_model(runtime, "net", confidence=0.3)
    found = decoder.decode(results)
    assert decoder.family == "yolo26"
    logits = np.concatenate([level[0].ravel() for level in levels])
    assert len(found) == (reference.sigmoid(logits) >= 0.3).sum()


def test_the_name_of_a_model_says_that_it_is_a_yolov10(tmp_path):
    runtime, _ = load(tmp_path, outputs_of(random_levels(6)), name="yolov10n_640")
    assert decode.for_model(runtime, "yolov10n_640").family == "yolov10"


def test_outputs_of_no_family_are_refused_with_what_came(tmp_path):
    runtime, _ = load(tmp_path, {"y": Recorded(np.zeros((1, 7, 7, 3), np.float32))})
    with pytest.raises(HbmValueError, match=r"must be named, none fits .* 'y' float32 \[1, 7, 7, 3\]"):
        decode.for_model(runtime, "net")


def test_a_family_that_does_not_fit_says_what_it_expects(tmp_path):
    runtime, _ = load(tmp_path, {"y": Recorded(np.zeros((1, 7, 7, 3), np.float32))})
    with pytest.raises(
        HbmValueError,
        match=r"family 'yolo11': expected outputs .* for each of two to four strides.* or an output .* got a picture of 640x640",
    ):
        decode.for_model(runtime, "net", "yolo11")


def test_an_unknown_family_is_answered_with_the_nearest_one(tmp_path):
    runtime, _ = load(tmp_path, {"y": Recorded(np.zeros((1, 7, 7, 3), np.float32))})
    with pytest.raises(HbmValueError, match="unknown decoder family 'yolo8'; did you mean 'yolov8'"):
        decode.for_model(runtime, "net", "yolo8")
