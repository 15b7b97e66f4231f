# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the outputs of YOLO networks are recognized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .model import Match, Mismatch, Model, Output

_BINS = 16
_LAYOUTS = {"NHWC": 3, "NCHW": 1}
_STRIDES = (8, 16, 32, 64)


@dataclass(frozen=True)
class _Level:
    """The outputs of one stride, in the model's order."""

    height: int
    width: int
    outputs: tuple[Output, ...]
    channels: tuple[int, ...]


def detect_levels(model: Model, *, box_channels: Sequence[int], multi_label: bool) -> Match:
    """Outputs of class logits and boxes for each stride, in any order.

    Args:
        box_channels: 64 with bins, 4 without.
        multi_label: every class of a cell counts, as networks have it that are trained to need no NMS.
    """
    boxes = " or ".join(map(str, box_channels))
    expected = f"two outputs for each of two to four strides, [1, h, w, classes] and [1, h, w, {boxes}], or [1, c, h, w]"
    for layout, axis in _LAYOUTS.items():
        levels = _levels(model.outputs, axis)
        if not levels or any(len(level.outputs) != 2 for level in levels):
            continue
        pairs = [_class_and_box(level, box_channels) for level in levels]
        if None in pairs:
            continue
        strides = _strides(model, levels)
        counts = {level.channels[pair[0]] for level, pair in zip(levels, pairs) if pair}
        kinds = {level.channels[pair[1]] for level, pair in zip(levels, pairs) if pair}
        if strides is None or len(counts) != 1 or len(kinds) != 1:
            continue
        (count,), (kind,) = counts, kinds
        ordered = [(level.outputs[i], axis) for level, pair in zip(levels, pairs) if pair for i in pair]
        grids = ", ".join(f"{level.width}x{level.height}" for level in levels)
        how = f"{_BINS} bins for each side" if kind == 4 * _BINS else "the distances of the sides"
        return Match(
            "yolo",
            tuple(ordered),
            count,
            f"logits of {count} classes and boxes of {how} on grids of {grids}, {layout}",
            {"strides": strides, "multi_label": (float(multi_label),), "task": (0,), "is_direct": (0,)},
        )
    raise Mismatch(expected)


def _levels(outputs: Sequence[Output], axis: int) -> list[_Level] | None:
    """Group outputs by their grids, finest first; None where they are no grids that halve from level to level."""
    grouped: dict[tuple[int, int], list[tuple[Output, int]]] = {}
    for output in outputs:
        if len(output.shape) != 4 or output.shape[0] not in (1, -1) or min(output.shape[1:]) < 1:
            return None
        height, width = (output.shape[i] for i in (1, 2, 3) if i != axis)
        grouped.setdefault((height, width), []).append((output, output.shape[axis]))
    grids = sorted(grouped, reverse=True)
    if not 2 <= len(grids) <= len(_STRIDES):
        return None
    for (height, width), (next_height, next_width) in zip(grids, grids[1:]):
        if ((height + 1) // 2, (width + 1) // 2) != (next_height, next_width):
            return None
    return [_Level(*grid, *map(tuple, zip(*grouped[grid]))) for grid in grids]


def _class_and_box(level: _Level, box_channels: Sequence[int]) -> tuple[int, int] | None:
    """Places of the classes and of the box; where both could be the box, the classes come first."""
    if level.channels[1] in box_channels:
        return 0, 1
    return (1, 0) if level.channels[0] in box_channels else None


def _strides(model: Model, levels: Sequence[_Level]) -> tuple[float, ...] | None:
    strides = _STRIDES[: len(levels)]
    if model.width and any(
        (level.width, level.height) != (-(-model.width // stride), -(-model.height // stride))
        for level, stride in zip(levels, strides)
    ):
        return None
    return tuple(map(float, strides))
