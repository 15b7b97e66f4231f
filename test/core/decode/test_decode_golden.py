# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The decoders find what the original programs find in the same outputs (golden files by make_golden.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from decoder_models import Output, arrays, assert_found, clipped, model
from golden_files import BRANCHES, NAMES, Golden, load
from pictures import preparation_of, tensor_model
from reference import Candidates

from hbm_runtime_core import decode, vision

LAYOUTS = ("split_nhwc", "split_nchw", "export", "export_transposed")


def outputs_of(golden: Golden, layout: str) -> list[Output]:
    """The outputs as a board's compiler leaves them, or as the plain export of the original has them."""
    values = golden.values
    if layout.startswith("split"):
        axes = (0, 1, 2) if layout == "split_nhwc" else (2, 0, 1)
        names = [f"{branch}{level}" for level in range(3) for branch in ("map", *BRANCHES)]
        return [
            Output(name, np.ascontiguousarray(values[name].transpose(axes)[None]), values.get(f"{name}_scale"))
            for name in [*names, "prototypes"]
            if name in values
        ]
    table = values["export"][None]
    if layout == "export_transposed":
        table = np.ascontiguousarray(table.swapaxes(1, 2))
    outputs = [Output("output0", table)]
    if golden.task == "seg":
        prototypes = values["prototypes"].transpose(2, 0, 1)[None].astype(np.float32)
        outputs.append(Output("output1", np.ascontiguousarray(prototypes)))
    return outputs


def cases() -> list[tuple[str, str]]:
    """Every layout that the original has or that boards give; tables of YOLOv5 and of finished boxes have one order."""
    one_order = ("yolov5", "yolov10", "yolo26")
    return [
        (name, layout)
        for name in NAMES
        for layout in LAYOUTS
        if not (layout == "export_transposed" and name.startswith(one_order))
        and not (layout.startswith("export") and name.endswith("int8"))
    ]


def decoder_of(folder: Path, golden: Golden, layout: str) -> tuple[decode.Decoder, dict[str, np.ndarray]]:
    outputs = outputs_of(golden, layout)
    runtime = model(folder, outputs, *golden.size)
    return decode.for_model(runtime, "detector", golden.family), arrays(outputs)


@pytest.mark.parametrize("name, layout", cases())
def test_boxes_scores_and_classes_are_those_of_the_original(name, layout, tmp_path):
    golden = load(name)
    decoder, outputs = decoder_of(tmp_path, golden, layout)
    assert decoder.confidence == golden.values["confidence"]
    assert decoder.iou == (1.0 if golden.is_one_to_one else pytest.approx(golden.iou))
    found = decoder.decode(outputs)
    assert_found(found, golden.found, *golden.size)
    if golden.task == "seg":
        np.testing.assert_array_equal(found.masks >= 128, golden.masks)
    if golden.task == "pose":
        # The original brings points outside the picture to its border before it shows them.
        points = golden.values["keypoints"]
        np.testing.assert_allclose(found.keypoints[..., :2], clipped(points[..., :2], *golden.size), rtol=0, atol=1e-3)
        np.testing.assert_allclose(found.keypoints[..., 2], points[..., 2], rtol=0, atol=1e-5)
    if golden.task == "obb":
        np.testing.assert_allclose(found.corners, golden.corners, rtol=0, atol=1e-3)


def letterbox(golden: Golden, width: int, height: int, folder: Path) -> vision.ImageTransform:
    """How the preparation of an RGB tensor puts a picture of this size into the model's."""
    shape = (1, *golden.size[::-1], 3)
    preparation = preparation_of(folder, tensor_model(list(shape), "U8"))
    gray = np.zeros((height, width), np.uint8)
    return preparation.prepare(gray, width, height, width, "mono8", {"x": np.empty(shape, np.uint8)})


@pytest.mark.parametrize("name", [name for name in NAMES if "picture_boxes" in load(name).values])
def test_boxes_in_pictures_of_many_sizes_are_those_of_the_original(name, tmp_path):
    golden = load(name)
    decoder, outputs = decoder_of(tmp_path, golden, "split_nhwc")
    assert len(golden.values["picture_sizes"]) >= 20
    for (width, height), boxes in zip(golden.values["picture_sizes"].tolist(), golden.values["picture_boxes"]):
        found = decoder.decode(outputs, letterbox(golden, width, height, tmp_path))
        assert_found(found, Candidates(boxes, golden.values["scores"], golden.values["classes"]), width, height)
