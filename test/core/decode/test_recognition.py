# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which family `auto` takes for the outputs of published networks."""

import re
from pathlib import Path

import numpy as np
import pytest
from decode_models import Recorded, load

from hbm_runtime_core import HbmValueError, decode


def zeros(*shape: int, dtype: str = "float32", scale=None, axis: int = 0) -> Recorded:
    return Recorded(np.zeros(shape, dtype), scale, axis=axis)


def strides(*channels: int, side: int = 640, **kind) -> list[Recorded]:
    return [zeros(1, side // stride, side // stride, count, **kind) for stride in (8, 16, 32) for count in channels]


def planes(*channels: int) -> list[Recorded]:
    return [zeros(1, count, 640 // stride, 640 // stride) for stride in (8, 16, 32) for count in channels]


V5 = [zeros(1, side, side, 255, dtype="int32", scale=[0.1] * 255, axis=3) for side in (84, 42, 21)]
CASES = {
    "yolov5 of boards": ("yolov5", (672, 672), V5),
    "yolov8 of boards": ("yolov8", (640, 640), strides(80, 64)),
    "yolov8 of integers": ("yolov8", (640, 640), strides(80, 64, dtype="int8", scale=0.1)),
    "yolov8 of planes": ("yolov8", (640, 640), planes(80, 64)),
    "yolov8 with boxes first": ("yolov8", (640, 640), strides(64, 80)),
    "yolov8 of 64 classes": ("yolov8", (640, 640), strides(64, 64)),
    "pose of boards": ("yolov8-pose", (640, 640), strides(1, 64, 51)),
    "segment of boards": ("yolov8-seg", (640, 640), [*strides(80, 64, 32), zeros(1, 160, 160, 32)]),
    "segment of planes": ("yolov8-seg", (640, 640), [*planes(80, 64, 32), zeros(1, 32, 160, 160)]),
    "obb of boards": ("yolov8-obb", (1024, 1024), strides(15, 64, 1, side=1024)),
    "yolo26 of boards": ("yolo26", (640, 640), strides(80, 4)),
    "yolo26 pose of boards": ("yolo26-pose", (640, 640), strides(1, 4, 51)),
    "yolo26 obb of boards": ("yolo26-obb", (640, 640), strides(15, 4, 1)),
    "yolo26 segment of boards": ("yolo26-seg", (640, 640), [*strides(80, 4, 32), zeros(1, 160, 160, 32)]),
    "yolov8 of ONNX": ("yolov8", (640, 640), [zeros(1, 84, 8400)]),
    "yolov8 of ONNX, transposed": ("yolov8", (640, 640), [zeros(1, 8400, 84)]),
    "yolov5 of ONNX": ("yolov5", (640, 640), [zeros(1, 25200, 85)]),
    "end to end": ("yolo26", (640, 640), [zeros(1, 300, 6)]),
    "segment of ONNX": ("yolov8-seg", (640, 640), [zeros(1, 116, 8400), zeros(1, 32, 160, 160)]),
    "segment end to end": ("yolo26-seg", (640, 640), [zeros(1, 300, 38), zeros(1, 32, 160, 160)]),
    "yolov5 segment of ONNX": ("yolov5-seg", (640, 640), [zeros(1, 25200, 117), zeros(1, 32, 160, 160)]),
    "pose of ONNX": ("yolov8-pose", (640, 640), [zeros(1, 56, 8400)]),
    "pose end to end": ("yolo26-pose", (640, 640), [zeros(1, 300, 57)]),
    "obb of ONNX": ("yolov8-obb", (640, 640), [zeros(1, 20, 8400)]),
    "obb end to end": ("yolo26-obb", (640, 640), [zeros(1, 300, 7)]),
    "a picture that is wide": ("yolov8", (640, 384), [zeros(1, 84, 5040)]),
}


@pytest.mark.parametrize("case", CASES)
def test_auto_recognizes_the_outputs_of(tmp_path, case):
    family, picture, outputs = CASES[case]
    runtime, results = load(tmp_path, {f"out{i}": output for i, output in enumerate(outputs)}, picture=picture)
    decoder = decode.for_model(runtime, "net")
    assert decoder.family == family, decoder.how_recognized
    decoder.decode(results)


def test_the_page_about_decoders_lists_every_family():
    page = (Path(__file__).parents[3] / "docs/decoders.md").read_text(encoding="utf-8")
    table = page.partition("## Families\n")[2].partition("\n## ")[0]
    written = set()
    for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        written |= {first, *(first + other if other.startswith("-") else other for other in others)}
    aliases = {"yolo11", "yolo12", "yolov5u"}
    assert written == {*decode.FAMILIES, *aliases}


def test_an_alias_is_a_name_of_its_family(tmp_path):
    runtime, _ = load(tmp_path, {f"out{i}": output for i, output in enumerate(strides(80, 64))})
    assert decode.for_model(runtime, "net", "yolo11").family == "yolov8"


def test_boxes_without_bins_of_a_head_that_needs_suppression_are_named_a_yolov8(tmp_path):
    runtime, _ = load(tmp_path, {f"out{i}": output for i, output in enumerate(strides(80, 4))})
    assert decode.for_model(runtime, "net", "yolov8").iou == 0.7


def test_what_else_has_the_same_outputs_is_said(tmp_path):
    runtime, _ = load(tmp_path, {"out": zeros(1, 56, 8400)})
    assert "name the family if it is one with the same outputs: yolov8" in decode.for_model(runtime, "net").how_recognized


def test_the_number_of_labels_decides_between_tasks(tmp_path):
    runtime, _ = load(tmp_path, {"out": zeros(1, 20, 8400)})
    assert decode.for_model(runtime, "net", labels=[str(i) for i in range(16)]).family == "yolov8"


def test_the_name_of_an_output_decides_between_tasks(tmp_path):
    runtime, _ = load(tmp_path, {"obb": zeros(1, 12, 8400)})
    assert decode.for_model(runtime, "net").family == "yolov8-obb"


def test_a_grid_that_is_not_that_of_the_picture_is_not_recognized(tmp_path):
    runtime, _ = load(tmp_path, {f"out{i}": output for i, output in enumerate(strides(80, 64))}, picture=(320, 320))
    with pytest.raises(HbmValueError, match="none fits"):
        decode.for_model(runtime, "net")
