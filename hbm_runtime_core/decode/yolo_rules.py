# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the outputs of YOLO networks are recognized.

The heads of networks for boards come out stride by stride, in the model's order: finest grid first, and for each stride the
classes, the box, and what the task adds. A plain ONNX export has one output with a row for each box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .model import Match, Mismatch, Model, Output

_BINS = 16
_LAYOUTS = {"NHWC": 3, "NCHW": 1}
_STRIDES = (8, 16, 32, 64)
_TASKS = {"detect": 0, "segment": 1, "pose": 2, "obb": 3}
_END_TO_END_ROWS = 1000
_USUAL_CHOSEN_ROWS = 300
_CLASSES_OF_DOTA = 15
_NUMBERS_OF_COCO_POSE = 17 * 3
# Of YOLOv5 as it was trained on COCO: width and height in pixels of three boxes for each stride.
_ANCHORS = (10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326)


@dataclass(frozen=True)
class _Level:
    """The outputs of one stride, in the model's order."""

    height: int
    width: int
    outputs: tuple[Output, ...]
    channels: tuple[int, ...]


@dataclass(frozen=True)
class _Head:
    """The outputs of all strides, finest grid first, and the prototypes of masks."""

    levels: Sequence[_Level]
    layout: str
    prototypes: tuple[Output, int] | None

    @property
    def grids(self) -> str:
        return ", ".join(f"{level.width}x{level.height}" for level in self.levels) + f", {self.layout}"


def split_by_stride(model: Model, *, task: str, box_channels: int, multi_label: bool, likelihood: int = 1) -> Match:
    """Outputs of classes, boxes and what the task adds for each stride: YOLOv8 and its successors.

    Args:
        box_channels: 64 with bins, 4 without.
        multi_label: every class of a cell counts, as networks have it that are trained to need no NMS.
    """
    extra = {"detect": "", "segment": ", [1, h, w, masks]", "pose": ", [1, h, w, 3 * keypoints]", "obb": ", [1, h, w, 1]"}[
        task
    ]
    expected = (
        f"outputs [1, h, w, classes], [1, h, w, {box_channels}]{extra} for each of two to four strides"
        + (", and prototypes [1, h, w, masks]" if task == "segment" else "")
        + ", or all of them as [1, c, h, w]"
    )
    per_level = 2 if task == "detect" else 3
    for head in _heads(model, per_level, has_prototypes=task == "segment"):
        ordered = [_in_order(level, box_channels) for level in head.levels]
        if None in ordered:
            continue
        channels = {tuple(level.channels[i] for i in order) for level, order in zip(head.levels, ordered) if order}
        if len(channels) != 1:
            continue
        ((count, *_, added),) = channels
        if not _adds(task, added, head.prototypes):
            continue
        axis = _LAYOUTS[head.layout]
        outputs = [(level.outputs[i], axis) for level, order in zip(head.levels, ordered) if order for i in order]
        boxes = f"boxes with {_BINS} bins for each side" if box_channels == 4 * _BINS else "boxes without bins"
        return Match(
            "yolo",
            (*outputs, *([head.prototypes] if head.prototypes else [])),
            count,
            f"{count} classes and {boxes} on grids of {head.grids}",
            {
                "strides": _STRIDES[: len(head.levels)],
                "multi_label": (int(multi_label),),
                "task": (_TASKS[task],),
                "is_direct": (int(box_channels == 4),),
            },
            likelihood,
        )
    raise Mismatch(expected)


def split_with_anchors(model: Model, *, task: str) -> Match:
    """One output for each of three strides with three boxes per cell: YOLOv5."""
    masks = ", and prototypes [1, h, w, 32]" if task == "segment" else ""
    for head in _heads(model, 1, has_prototypes=task == "segment"):
        channels = {level.channels[0] for level in head.levels}
        mask_count = _channels(head.prototypes) if head.prototypes else 0
        count = min(channels) // 3 - 5 - mask_count
        if len(channels) != 1 or min(channels) % 3 or count < 1 or len(head.levels) != 3:
            continue
        axis = _LAYOUTS[head.layout]
        return Match(
            "yolo_anchors",
            (*((level.outputs[0], axis) for level in head.levels), *([head.prototypes] if head.prototypes else [])),
            count,
            f"{count} classes and 3 anchors on grids of {head.grids}",
            {"strides": _STRIDES[:3], "anchors": _ANCHORS, "classes": (count,), "task": (_TASKS[task],)},
        )
    raise Mismatch(f"outputs [1, h, w, 3 * (5 + classes)] for three strides{masks}, or all of them as [1, c, h, w]")


def rows(model: Model, *, task: str, has_objectness: bool = False) -> Match:
    """One output with a row for each box, [1, c, n] or [1, n, c], and the prototypes of masks: plain ONNX exports."""
    head = "x, y, width, height" + (", object" if has_objectness else "")
    added = {"detect": "", "segment": " + masks", "pose": " + 3 * keypoints", "obb": " + angle"}[task]
    expected = f"an output [1, {len(head.split(', '))} + classes{added}, boxes] or its transpose ({head}, classes{added})"
    expected += ", and prototypes [1, masks, h, w]" if task == "segment" else ""
    outputs, prototypes = _with_prototypes(model, task)
    if len(outputs) != 1 or not _is_list(outputs[0]) or (task == "segment" and prototypes is None):
        raise Mismatch(expected)
    (output,) = outputs
    counts = _box_counts(model, 3 if has_objectness else 1)
    axis = _row_axis(output, counts)
    channels, boxes = output.shape[axis], output.shape[3 - axis]
    extra = {"detect": 0, "segment": _channels(prototypes) if prototypes else 0, "pose": channels - 5, "obb": 1}[task]
    count = channels - 4 - int(has_objectness) - extra
    if count < 1 or (task == "pose" and (extra < 6 or extra % 3)) or (counts and boxes not in (*counts, -1)):
        raise Mismatch(expected)
    return Match(
        "yolo_rows",
        ((output, axis), *([prototypes] if prototypes else [])),
        count,
        f"one output with {count} classes of {'each box' if boxes < 0 else f'{boxes} boxes'}",
        {
            "classes": (count,),
            "has_objectness": (int(has_objectness),),
            "is_end_to_end": (0,),
            "task": (_TASKS[task],),
        },
        # Where the number of boxes leaves open whether there are three per cell, the order of the axes does: YOLOv5 has a
        # row for each box, its successors a column.
        0 if boxes not in counts and axis != (2 if has_objectness else 1) else _row_likelihood(task, count, extra),
    )


def end_to_end(model: Model, *, task: str) -> Match:
    """One output with a row for each of at most 300 boxes, already chosen: x0, y0, x1, y1, score, class."""
    added = {"detect": "", "segment": " + masks", "pose": " + 3 * keypoints", "obb": " + angle"}[task]
    outputs, prototypes = _with_prototypes(model, task)
    if len(outputs) == 1 and _is_list(outputs[0]):
        (output,) = outputs
        _, boxes, channels = output.shape
        extra = channels - 6
        fits = {
            "detect": extra == 0,
            "segment": prototypes is not None and extra == _channels(prototypes),
            "pose": extra >= 6 and extra % 3 == 0,
            "obb": extra == 1,
        }[task]
        if fits and channels < boxes <= _END_TO_END_ROWS and boxes not in _box_counts(model, 1):
            return Match(
                "yolo_rows",
                ((output, 2), *([prototypes] if prototypes else [])),
                0,
                f"one output with at most {boxes} boxes that are chosen already",
                {"classes": (1 << 20,), "has_objectness": (0,), "is_end_to_end": (1,), "task": (_TASKS[task],)},
                _row_likelihood(task, _CLASSES_OF_DOTA, extra) if boxes == _USUAL_CHOSEN_ROWS else 0,
            )
    masks = ", and prototypes [1, masks, h, w]" if task == "segment" else ""
    raise Mismatch(f"an output [1, boxes, 6{added}] (x0, y0, x1, y1, score, class{added}){masks}")


def _heads(model: Model, per_level: int, *, has_prototypes: bool) -> list[_Head]:
    """All ways of reading the outputs as grids that halve from stride to stride, with `per_level` outputs each."""
    heads = []
    outputs, prototypes = (model.outputs[:-1], model.outputs[-1]) if has_prototypes else (model.outputs, None)
    for layout, axis in _LAYOUTS.items():
        levels = _levels(outputs, axis)
        if not levels or any(len(level.outputs) != per_level for level in levels) or not _covers(model, levels):
            continue
        if prototypes is None:
            heads.append(_Head(levels, layout, None))
            continue
        # Masks have twice the resolution of the finest grid.
        for prototype_axis in (axis, 4 - axis):
            height, width = _grid(prototypes, prototype_axis)
            if (height, width) == (2 * levels[0].height, 2 * levels[0].width):
                heads.append(_Head(levels, layout, (prototypes, prototype_axis)))
                break
    return heads


def _grid(output: Output, axis: int) -> tuple[int, int]:
    if len(output.shape) != 4:
        return 0, 0
    height, width = (output.shape[i] for i in (1, 2, 3) if i != axis)
    return height, width


def _levels(outputs: Sequence[Output], axis: int) -> list[_Level] | None:
    """Group outputs by their grids, finest first; None where they are no grids that halve from level to level."""
    grouped: dict[tuple[int, int], list[Output]] = {}
    for output in outputs:
        if len(output.shape) != 4 or output.shape[0] not in (1, -1) or min(output.shape[1:]) < 1:
            return None
        grouped.setdefault(_grid(output, axis), []).append(output)
    grids = sorted(grouped, reverse=True)
    if not 2 <= len(grids) <= len(_STRIDES):
        return None
    for (height, width), (next_height, next_width) in zip(grids, grids[1:]):
        if ((height + 1) // 2, (width + 1) // 2) != (next_height, next_width):
            return None
    return [_Level(*grid, tuple(grouped[grid]), tuple(output.shape[axis] for output in grouped[grid])) for grid in grids]


def _covers(model: Model, levels: Sequence[_Level]) -> bool:
    """Whether the grids have the size that their strides give to the model's picture, if that is known."""
    return not model.width or all(
        (level.width, level.height) == (-(-model.width // stride), -(-model.height // stride))
        for level, stride in zip(levels, _STRIDES)
    )


def _in_order(level: _Level, box_channels: int) -> tuple[int, ...] | None:
    """Places of classes, box and what the task adds: the box is found by its channels, of the others the classes come first.

    Where the classes could be the box as well, they come first.
    """
    places = [i for i in (1, 0, 2) if i < len(level.channels) and level.channels[i] == box_channels]
    if not places:
        return None
    rest = [i for i in range(len(level.channels)) if i != places[0]]
    return (rest[0], places[0], *rest[1:])


def _adds(task: str, channels: int, prototypes: tuple[Output, int] | None) -> bool:
    if task == "segment":
        return prototypes is not None and channels == _channels(prototypes)
    if task == "pose":
        return channels >= 6 and channels % 3 == 0
    return task == "detect" or channels == 1


def _channels(output: tuple[Output, int]) -> int:
    return output[0].shape[output[1]]


def _with_prototypes(model: Model, task: str) -> tuple[tuple[Output, ...], tuple[Output, int] | None]:
    """The outputs without prototypes, and those: the only output of four dimensions."""
    if task != "segment":
        return model.outputs, None
    grids = [output for output in model.outputs if len(output.shape) == 4 and min(output.shape[1:]) > 0]
    if len(grids) != 1 or len(model.outputs) != 2:
        return model.outputs, None
    # They cover the picture in a quarter of its resolution; where its size is not known, the channels are the fewest.
    quarter = (-(-model.height // 4), -(-model.width // 4))
    fewest = 1 if grids[0].shape[1] < grids[0].shape[3] else 3
    axis = next((axis for axis in _LAYOUTS.values() if _grid(grids[0], axis) == quarter), fewest)
    return tuple(output for output in model.outputs if output is not grids[0]), (grids[0], axis)


def _is_list(output: Output) -> bool:
    return len(output.shape) == 3 and output.shape[0] in (1, -1)


def _row_axis(output: Output, counts: Sequence[int]) -> int:
    """The dimension of the channels: not that of the boxes, which are more than the channels or as many as is known."""
    _, first, second = output.shape
    if second in counts or second < 0:
        return 1
    return 2 if first in counts or first < 0 or first > second else 1


def _row_likelihood(task: str, count: int, extra: int) -> int:
    """Rows of a detector, with one class more, look like those of an oriented one, and so on."""
    if task == "pose":
        return 2 if extra == _NUMBERS_OF_COCO_POSE else 0
    if task == "obb":
        return 2 if count == _CLASSES_OF_DOTA else 0
    return 1


def _box_counts(model: Model, per_cell: int) -> tuple[int, ...]:
    """How many boxes three or four strides give; nothing where the size of the picture is not known."""
    if not model.width:
        return ()
    cells = [-(-model.width // stride) * -(-model.height // stride) * per_cell for stride in _STRIDES]
    return sum(cells[:3]), sum(cells)
