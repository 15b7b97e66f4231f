# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the outputs of detectors other than YOLO are recognized."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Match, Mismatch, Model, Output

_STRIDES = (8, 16, 32, 64, 128)
_LAYOUTS = {"NHWC": 3, "NCHW": 1}
_FACE_STRIDE = 4
# Cells on a side and anchors in each, by the number of anchors.
_BLAZEFACE_GRIDS = {896: (16.0, 2.0, 8.0, 6.0), 2304: (48.0, 1.0)}
_PICODET_BOX = 32
_QUERIES = 300
# One output of so many channels is that of a YOLO with its own suppression: boxes, oriented boxes, poses.
_YOLO_END_TO_END = (6, 7, 57)


def fcos(model: Model) -> Match:
    """Classes, boxes and centers, each for every stride."""
    expected = (
        "three outputs for each of 3 to 5 strides from 8 on: [1, h, w, classes] of all, then [1, h, w, 4], then "
        "[1, h, w, 1]; or [1, c, h, w]"
    )
    count = len(model.outputs) // 3
    if len(model.outputs) % 3 or not 3 <= count <= 5:
        raise Mismatch(expected)
    for layout, axis in _LAYOUTS.items():
        grids = [_grid(output, axis) for output in model.outputs]
        channels = [_length(output, axis) for output in model.outputs]
        class_counts = set(channels[:count])
        if (
            grids[:count] == _grids_of(model, grids[0], count)
            and grids == grids[:count] * 3
            and len(class_counts) == 1
            and channels[count:] == [4] * count + [1] * count
        ):
            (class_count,) = class_counts
            return Match(
                "fcos",
                tuple((output, axis) for output in model.outputs),
                class_count,
                f"logits of {class_count} classes, boxes and centerness on {count} grids, {layout}",
                {"strides": tuple(map(float, _STRIDES[:count]))},
            )
    raise Mismatch(expected)


def centerface(model: Model) -> Match:
    """A map of faces, their sizes, their centers and five points of each."""
    expected = (
        "four outputs on a grid of 4x4 pixels in the order heatmap [1, 1, h, w], size [1, 2, h, w], offset [1, 2, h, w] and "
        "points [1, 10, h, w]; or [1, h, w, c]"
    )
    if len(model.outputs) == 4:
        for layout, axis in _LAYOUTS.items():
            grids = {_grid(output, axis) for output in model.outputs}
            channels = [_length(output, axis) for output in model.outputs]
            if len(grids) == 1 and channels == [1, 2, 2, 10] and grids == {_cells(model, _FACE_STRIDE)}:
                return Match(
                    "centerface",
                    tuple((output, axis) for output in model.outputs),
                    1,
                    f"heatmap, size, offset and five points of faces, {layout}",
                )
    raise Mismatch(expected)


def blazeface(model: Model) -> Match:
    """A box with six points, and a logit, for every anchor."""
    shapes = {output.shape: output for output in model.outputs}
    for anchors, grids in _BLAZEFACE_GRIDS.items():
        boxes, scores = shapes.get((1, anchors, 16)), shapes.get((1, anchors, 1))
        if len(model.outputs) == 2 and boxes and scores and model.width:
            summary = f"boxes with six points and logits of {anchors} anchors"
            return Match("blazeface", ((boxes, 2), (scores, 2)), 1, summary, {"grids": grids})
    raise Mismatch("two outputs, [1, anchors, 16] and [1, anchors, 1], of 896 or 2304 anchors, and a picture of known size")


def picodet(model: Model) -> Match:
    """Classes of every stride, then boxes of every stride; a row for each cell."""
    count = len(model.outputs) // 2
    scores, boxes = model.outputs[:count], model.outputs[count:]
    if len(model.outputs) == 2 * count and 3 <= count <= 4 and model.width:
        rows = [height * width for height, width in (_cells(model, stride) for stride in _STRIDES[:count])]
        class_counts = {_length(output, 2) for output in scores}
        if (
            len(class_counts) == 1
            and [output.shape[:2] for output in scores] == [(1, row) for row in rows]
            and [output.shape for output in boxes] == [(1, row, _PICODET_BOX) for row in rows]
        ):
            (class_count,) = class_counts
            return Match(
                "picodet",
                tuple((output, 2) for output in model.outputs),
                class_count,
                f"probabilities of {class_count} classes and boxes of 8 bins for each side on {count} grids",
                {"strides": tuple(map(float, _STRIDES[:count]))},
            )
    raise Mismatch(
        "for each of 3 or 4 strides from 8 on, [1, cells, classes] of all and then [1, cells, 32] of all, and a picture of "
        "known size"
    )


def rtdetr(model: Model) -> Match:
    """Boxes and classes of 300 queries, in one output or in two."""
    outputs = model.outputs
    rows = [len(output.shape) == 3 and output.shape[:2] == (1, _QUERIES) for output in outputs]
    if model.width and all(rows):
        if len(outputs) == 1 and outputs[0].shape[2] > 4 and outputs[0].shape[2] not in _YOLO_END_TO_END:
            class_count = outputs[0].shape[2] - 4
            return Match(
                "rtdetr", ((outputs[0], 2),), class_count, f"boxes and probabilities of {class_count} classes, joined"
            )
        # Where both could be the boxes, the logits come first.
        for logits, boxes in (outputs, outputs[::-1]) if len(outputs) == 2 else ():
            if boxes.shape[2] == 4:
                class_count = logits.shape[2]
                return Match("rtdetr", ((logits, 2), (boxes, 2)), class_count, f"logits of {class_count} classes, and boxes")
    raise Mismatch(
        "[1, 300, classes] and [1, 300, 4], or one output [1, 300, 4 + classes] of other than 2, 3 or 53 classes, and a "
        "picture of known size"
    )


def _length(output: Output, axis: int) -> int:
    return output.shape[axis] if axis < len(output.shape) else 0


def _grid(output: Output, axis: int) -> tuple[int, ...]:
    """Height and width of an output of four dimensions; nothing of any other."""
    if len(output.shape) != 4 or output.shape[0] != 1:
        return ()
    return tuple(output.shape[i] for i in (1, 2, 3) if i != axis)


def _cells(model: Model, stride: int) -> tuple[int, int]:
    """Height and width of the grid that covers the model's picture."""
    return -(-model.height // stride), -(-model.width // stride)


def _grids_of(model: Model, first: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """The grids of the first strides; of a picture of unknown size, those that halve from `first` on."""
    if model.width:
        return [_cells(model, stride) for stride in _STRIDES[:count]]
    grids = [tuple(first)]
    while len(grids) < count:
        grids.append(tuple(-(-length // 2) for length in grids[-1]))
    return grids
