# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoder `auto` reads the outputs of networks as they are compiled for S boards, and of plain ONNX exports.

Each row packs a description with the shapes, types, scales and padding that such a network has, plays recorded outputs
through the runtime, and compares with plain numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from decode_heads import as_integers, by_stride, yolo_maps, yolov5_maps
from decoder_models import Output, assert_found, clipped, model, quantized
from reference import (
    Candidates,
    corners_of,
    mask_of,
    sigmoid,
    softmax,
    without_overlaps,
    without_rotated_overlaps,
    without_suppression,
    yolo,
    yolov5,
)

from hbm_runtime_core import decode


@dataclass
class Row:
    """A network: its outputs, and a check of what is found in them."""

    family: str
    width: int
    height: int
    outputs: Callable[[], list[Output]]
    check: Callable[[Any, list[Output], Row], None]
    name: str = "detector"
    options: dict[str, Any] = field(default_factory=dict)


def floats(maps: dict[str, np.ndarray]) -> list[Output]:
    return [Output(name, real.astype(np.float32)) for name, real in maps.items()]


def s32(maps: dict[str, np.ndarray]) -> list[Output]:
    """32 bits with a scale per channel, and cells padded as the board's compiler does it."""
    outputs = as_integers(maps, np.int32, per_channel=True)
    for output in outputs:
        output.stride_align_bytes = 64
    return outputs


def yolov5_coco() -> list[Output]:
    """Three maps with 255 scales, whose cells are padded to 256 channels."""
    maps = yolov5_maps(width=672, height=672, classes=80, mean=-4.0)
    outputs = as_integers(dict(zip(("output", "1310", "1312"), maps.values())), np.int32, per_channel=True)
    for output in outputs:
        output.stride_align_bytes = 1024
    return outputs


def check_yolov5(found, outputs, row) -> None:
    candidates = yolov5([output.real[0] for output in outputs], 80)
    assert_found(found, without_overlaps(candidates, 0.25, 0.45), row.width, row.height)


def check_yolo(found, outputs, row) -> None:
    task = row.family.partition("-")[2] or "detect"
    candidates = yolo(by_stride(outputs), task)
    if row.family.startswith(("yolov10", "yolo26")):
        expected = without_suppression(candidates, 0.25)
    elif task == "obb":
        expected = without_rotated_overlaps(candidates, 0.25, 0.7)
    else:
        expected = without_overlaps(candidates, 0.25, 0.7)
    check_task(found, expected, outputs[-1].real[0] if task == "seg" else None, row)


def check_task(found, expected: Candidates, prototypes: np.ndarray | None, row: Row) -> None:
    if "rotated" in expected.extra:
        corners = corners_of(expected.extra["rotated"])
        np.testing.assert_allclose(found.corners, corners, rtol=0, atol=1e-3)
        expected = Candidates(np.hstack([corners.min(1), corners.max(1)]), expected.scores, expected.classes)
    assert_found(found, expected, row.width, row.height)
    if "keypoints" in expected.extra:
        points = expected.extra["keypoints"]
        np.testing.assert_allclose(
            found.keypoints[..., :2], clipped(points[..., :2], row.width, row.height), rtol=0, atol=1e-3
        )
        np.testing.assert_allclose(found.keypoints[..., 2], points[..., 2], rtol=0, atol=1e-5)
    if prototypes is not None:
        for index in range(0, len(found), 10):
            mask = mask_of(expected.boxes[index], expected.extra["coefficients"][index], prototypes, row.width, row.height)
            np.testing.assert_array_equal(found.masks[index] >= 128, mask)


def table_of(candidates: Candidates, scores: np.ndarray, *more: np.ndarray) -> np.ndarray:
    """float32 [1, 4 + classes + more, n]: centers, sides, scores, as the plain export has them."""
    x0, y0, x1, y1 = candidates.boxes.T
    columns = np.column_stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, scores, *more])
    return np.ascontiguousarray(columns.T[None], np.float32)


def candidates_of(table: np.ndarray, classes: int) -> Candidates:
    """The other way round, with what the float32 of the export have lost."""
    x, y, width, height = table[:4].astype(np.float64)
    scores = table[4 : 4 + classes].astype(np.float64).T
    boxes = np.column_stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
    return Candidates(boxes, scores.max(1), scores.argmax(1), {"rest": table[4 + classes :].T.astype(np.float64)})


def plain_export(task: str = "detect", classes: int = 80, *, transposed: bool = False) -> Callable[[], list[Output]]:
    def make() -> list[Output]:
        maps = yolo_maps(task, width=640, height=640, classes=classes, mean=-7.0)
        candidates = yolo(by_stride(floats(maps)), task)
        extra = candidates.extra
        more = {
            "detect": [],
            "seg": [extra.get("coefficients")],
            "pose": [extra["keypoints"].reshape(len(candidates.boxes), -1)] if task == "pose" else [],
            "obb": [extra["rotated"][:, 4]] if task == "obb" else [],
        }[task]
        if task == "obb":
            x, y, width, height, _ = extra["rotated"].T
            candidates.boxes = np.column_stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
        table = table_of(candidates, extra["all_scores"], *more)
        if transposed:
            table = np.ascontiguousarray(table.swapaxes(1, 2))
        outputs = [Output("output0", table)]
        if task == "seg":
            outputs.append(Output("output1", np.ascontiguousarray(maps["prototypes"].transpose(0, 3, 1, 2), np.float32)))
        return outputs

    return make


def check_plain_export(task: str = "detect", classes: int = 80):
    def check(found, outputs, row) -> None:
        table = outputs[0].values[0]
        table = table if table.shape[0] < table.shape[1] else table.T
        candidates = candidates_of(table, classes)
        rest = candidates.extra.pop("rest")
        if task == "seg":
            candidates.extra["coefficients"] = rest
        elif task == "pose":
            candidates.extra["keypoints"] = rest.reshape(len(rest), -1, 3)
        elif task == "obb":
            candidates.extra["rotated"] = np.column_stack([table[:4].T.astype(np.float64), rest])
            return check_task(found, without_rotated_overlaps(candidates, 0.25, 0.7), None, row)
        prototypes = outputs[1].values[0].transpose(1, 2, 0) if task == "seg" else None
        return check_task(found, without_overlaps(candidates, 0.25, 0.7), prototypes, row)

    return check


def yolov5_export() -> list[Output]:
    candidates = yolov5([output.real[0] for output in floats(yolov5_maps(width=640, height=640, classes=80, mean=-4.0))], 80)
    random = np.random.default_rng(3)
    classes = random.uniform(0, 0.5, (len(candidates.scores), 80))
    classes[np.arange(len(classes)), candidates.classes] = random.uniform(0.5, 1, len(classes))
    table = table_of(candidates, np.column_stack([candidates.scores, classes]))
    return [Output("output0", np.ascontiguousarray(table.swapaxes(1, 2)))]


def check_yolov5_export(found, outputs, row) -> None:
    table = outputs[0].values[0].T
    candidates = candidates_of(np.delete(table, 4, 0), 80)
    candidates.scores = candidates.scores * table[4].astype(np.float64)
    assert_found(found, without_overlaps(candidates, 0.25, 0.45), row.width, row.height)


def end_to_end_export() -> list[Output]:
    random = np.random.default_rng(4)
    corners = np.sort(random.uniform(0, 640, (300, 2, 2)), axis=1).reshape(300, 4)
    scores = np.sort(random.uniform(0, 1, 300))[::-1]
    return [Output("output0", np.column_stack([corners, scores, random.integers(0, 80, 300)]).astype(np.float32)[None])]


def check_end_to_end_export(found, outputs, row) -> None:
    table = outputs[0].values[0]
    kept = table[table[:, 4] >= 0.25]
    assert_found(found, Candidates(kept[:, :4], kept[:, 4], kept[:, 5].astype(int)), row.width, row.height)


FCOS_STRIDES = (8, 16, 32, 64, 128)


def fcos() -> list[Output]:
    random = np.random.default_rng(5)
    outputs = []
    for name, channels in (("class", 80), ("box", 4), ("centerness", 1)):
        for stride in FCOS_STRIDES:
            shape = (1, 512 // stride, 512 // stride, channels)
            real = {
                "class": random.normal(-5, 1.6, shape),
                "box": random.gamma(2.0, 1.5, shape) * stride,
                "centerness": random.normal(0, 1, shape),
            }[name]
            scale = np.abs(real).max() / 2**20
            outputs.append(quantized(f"{name}{stride}", real, np.int32, scale))
            outputs[-1].stride_align_bytes = 64
    return outputs


def check_fcos(found, outputs, row) -> None:
    reals = {output.name: output.real[0].reshape(-1, output.values.shape[3]).astype(np.float64) for output in outputs}
    boxes, scores, classes = [], [], []
    for stride in FCOS_STRIDES:
        side = 512 // stride
        y, x = np.divmod(np.arange(side * side), side)
        center = np.column_stack([x, y, x, y]) * stride + stride / 2
        boxes.append(center + reals[f"box{stride}"] * [-1, -1, 1, 1])
        logits = reals[f"class{stride}"]
        classes.append(logits.argmax(1))
        scores.append(np.sqrt(sigmoid(logits.max(1)) * sigmoid(reals[f"centerness{stride}"][:, 0])))
    candidates = Candidates(np.concatenate(boxes), np.concatenate(scores), np.concatenate(classes))
    assert_found(found, without_overlaps(candidates, row.options["confidence"], row.options["iou"]), row.width, row.height)


def semantic(dtype: str) -> Callable[[], list[Output]]:
    def make() -> list[Output]:
        real = np.random.default_rng(6).normal(0, 3, (1, 64, 128, 19))
        if dtype == "float32":
            return [Output("logits", real.astype(np.float32))]
        return [quantized("logits", real, np.int32, np.linspace(1e-6, 2e-6, 19) if dtype == "per_channel" else 1e-6, 3)]

    return make


def check_semantic(found, outputs, row) -> None:
    np.testing.assert_array_equal(found.class_map, outputs[0].real[0].argmax(-1))


def classification(shape: tuple[int, ...], dtype: str = "float32") -> Callable[[], list[Output]]:
    def make() -> list[Output]:
        real = np.random.default_rng(7).normal(0, 3, shape)
        return [Output("prob", real.astype(np.float32)) if dtype == "float32" else quantized("prob", real, dtype, 0.1)]

    return make


def check_classification(found, outputs, row) -> None:
    chances = softmax(outputs[0].real.ravel())
    order = np.argsort(-chances, kind="stable")[: len(found.classes)]
    assert len(order) >= 1
    np.testing.assert_array_equal(found.classes, order)
    np.testing.assert_allclose(found.scores, chances[order], rtol=0, atol=1e-5)


def text_map(dtype: str) -> Callable[[], list[Output]]:
    """Two words, upright, far from each other."""

    def make() -> list[Output]:
        chances = np.full((1, 1, 640, 640), 0.02)
        chances[..., 100:140, 60:260] = 0.9
        chances[..., 400:430, 300:600] = 0.8
        if dtype == "float32":
            return [Output("maps", chances.astype(np.float32))]
        return [quantized("maps", np.log(chances / (1 - chances)), np.int16, 1 / 2048)]

    return make


def check_text_map(found, outputs, row) -> None:
    """The words are found, each grown by about its area * 1.5 / its circumference to every side."""
    assert found.corners.shape == (2, 4, 2)
    for (x0, y0, x1, y1), score in zip(found.boxes, found.scores):
        inner = (60, 100, 260, 140) if y0 < 300 else (300, 400, 600, 430)
        sides = inner[2] - inner[0], inner[3] - inner[1]
        grown = sides[0] * sides[1] * 1.5 / (2 * sum(sides))
        expected = np.array(inner) + np.array([-1, -1, 1, 1]) * grown
        np.testing.assert_allclose([x0, y0, x1, y1], expected, atol=2.5)
        assert score == pytest.approx(0.9 if y0 < 300 else 0.8, abs=0.02)


def text_line() -> list[Output]:
    """40 steps over 97 characters: blank, then h e e - l l - l o."""
    values = np.full((1, 40, 97), 0.1 / 96)
    for step, character in enumerate([0, 0, 8, 8, 5, 5, 0, 12, 12, 0, 12, 15, 0]):
        values[0, 5 + step, character] = 0.9
    values[0, :5, 0] = values[0, 18:, 0] = 0.9
    return [Output("softmax", values.astype(np.float32))]


def check_text_line(found, outputs, row) -> None:
    assert found.text == "hello"
    assert found.score == pytest.approx(0.9, abs=1e-5)


LETTERS = [*map(chr, range(97, 123)), *map(chr, range(0x4E00, 0x4E00 + 70))]
FULL = {"width": 640, "height": 640, "classes": 80, "mean": -7.0}

ROWS = {
    "yolov5 s32": Row("yolov5", 672, 672, yolov5_coco, check_yolov5),
    "yolov8 f32": Row("yolov8", 640, 640, lambda: floats(yolo_maps(**FULL)), check_yolo),
    "yolov8 s32": Row("yolov8", 640, 640, lambda: s32(yolo_maps(**FULL)), check_yolo),
    "yolov8-pose s32": Row(
        "yolov8-pose", 640, 640, lambda: s32(yolo_maps("pose", **{**FULL, "classes": 1, "mean": -4})), check_yolo
    ),
    "yolov8-pose f32": Row(
        "yolov8-pose", 640, 640, lambda: floats(yolo_maps("pose", **{**FULL, "classes": 1, "mean": -4})), check_yolo
    ),
    "yolov8-seg s32": Row("yolov8-seg", 640, 640, lambda: s32(yolo_maps("seg", **FULL)), check_yolo),
    "yolov8-seg f32": Row("yolov8-seg", 640, 640, lambda: floats(yolo_maps("seg", **FULL)), check_yolo),
    "yolo26 f32": Row("yolo26", 640, 640, lambda: floats(yolo_maps(bins=1, **FULL)), check_yolo),
    "yolo26 s32": Row("yolo26", 640, 640, lambda: s32(yolo_maps(bins=1, **FULL)), check_yolo),
    "yolov10 s32": Row("yolov10", 640, 640, lambda: s32(yolo_maps(**FULL)), check_yolo, name="yolov10n_detect_640x640_nv12"),
    "fcos s32": Row("fcos", 512, 512, fcos, check_fcos, options={"confidence": 0.4, "iou": 0.6}),
    "semantic s32": Row("semantic", 512, 256, semantic("per_tensor"), check_semantic),
    "semantic s32 per channel": Row("semantic", 512, 256, semantic("per_channel"), check_semantic),
    "semantic f32": Row("semantic", 512, 256, semantic("float32"), check_semantic),
    "classification 2d": Row("classification", 224, 224, classification((1, 1000)), check_classification),
    "classification nchw": Row("classification", 224, 224, classification((1, 1000, 1, 1)), check_classification),
    "classification nhwc s8": Row("classification", 224, 224, classification((1, 1, 1, 1000), "int8"), check_classification),
    "classification s32": Row("classification", 224, 224, classification((1, 1000), "int32"), check_classification),
    "text detection f32": Row("text_detection", 640, 640, text_map("float32"), check_text_map),
    "text detection s16": Row("text_detection", 640, 640, text_map("int16"), check_text_map),
    "text recognition": Row("text_recognition", 320, 48, text_line, check_text_line, options={"labels": LETTERS}),
    "export v8": Row("yolov8", 640, 640, plain_export(), check_plain_export()),
    "export v8 transposed": Row("yolov8", 640, 640, plain_export(transposed=True), check_plain_export()),
    "export v5": Row("yolov5", 640, 640, yolov5_export, check_yolov5_export),
    "export end to end": Row("yolo26", 640, 640, end_to_end_export, check_end_to_end_export),
    "export seg": Row("yolov8-seg", 640, 640, plain_export("seg"), check_plain_export("seg")),
    "export pose": Row("yolov8-pose", 640, 640, plain_export("pose", 1), check_plain_export("pose", 1)),
    "export obb": Row("yolov8-obb", 640, 640, plain_export("obb", 15), check_plain_export("obb", 15), name="yolov8n-obb"),
}


@pytest.mark.parametrize("title", ROWS)
def test_the_decoder_is_recognized_and_reads_what_the_network_gives_out(title, tmp_path):
    row = ROWS[title]
    outputs = row.outputs()
    runtime = model(tmp_path, outputs, row.width, row.height, name=row.name, recorded=True)
    decoder = decode.for_model(runtime, row.name, **row.options)
    assert decoder.family == row.family, decoder.how_recognized
    assert decoder.how_recognized
    picture = {name: np.zeros(shape, np.uint8) for name, shape in runtime.input_shapes[row.name].items()}
    row.check(decoder.decode(runtime.run(picture)[row.name]), outputs, row)
