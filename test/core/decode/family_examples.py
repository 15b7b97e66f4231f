# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of each family other than YOLO in the shapes that networks give, with a few objects in them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from decode_models import Recorded

Array = np.ndarray
Random = np.random.Generator


@dataclass
class Example:
    """Real values of the outputs in the network's order, and the size of its picture.

    Attributes:
        channel_axis: of every output.
        options: without which the model has no decoder.
        probabilities: the outputs whose values are 0 to 1: networks with integers have the scale that is made for that.
    """

    family: str
    outputs: dict[str, Array]
    width: int
    height: int
    channel_axis: int = -1
    options: dict[str, Any] = field(default_factory=dict)
    probabilities: tuple[str, ...] = ()

    def quantized(self, name: str, dtype: str, per_channel: bool) -> Recorded:
        """An output in integers, with one scale or one for each channel, unsigned ones around a zero point."""
        values = self.outputs[name]
        limits = np.iinfo(dtype)
        zero_point = 0 if limits.min < 0 or name in self.probabilities else limits.max // 2
        # More digits than a float has are of no use, but only probabilities have a range that ends at 1.
        steps = (limits.max if name in self.probabilities else min(limits.max, 2**24)) - zero_point
        axis = self.channel_axis % values.ndim
        count = values.shape[axis] if per_channel else 1
        widths = np.random.default_rng(zlib.crc32(name.encode())).uniform(1, 1.5, count)
        largest = 1.0 if name in self.probabilities else np.abs(values).max() * widths
        scale = np.broadcast_to(largest / steps, count).astype(np.float32)
        shape = [count if i == axis else 1 for i in range(values.ndim)]
        raw = np.clip(np.rint(values / scale.reshape(shape)) + zero_point, limits.min, limits.max).astype(dtype)
        return Recorded(raw, scale.tolist(), [zero_point] * count, axis if count > 1 else 0)


def _logits(rng: Random, shape: tuple[int, ...], objects: int) -> Array:
    """Values of which only some are above zero."""
    values = rng.normal(-9, 1.5, shape).astype(np.float32)
    places = rng.choice(values.size, objects, replace=False)
    values.reshape(-1)[places] = rng.uniform(-1, 6, objects).astype(np.float32)
    return values


def _sigmoid(values: Array) -> Array:
    return (1 / (1 + np.exp(-values.astype(np.float64)))).astype(np.float32)


def fcos(rng: Random) -> Example:
    """Three kinds of output, each for five strides."""
    sides = (64, 32, 16, 8, 4)
    outputs = {f"class{side}": _logits(rng, (1, side, side, 80), 60) for side in sides}
    outputs |= {f"box{side}": rng.uniform(0, 3000 / side, (1, side, side, 4)).astype(np.float32) for side in sides}
    outputs |= {f"center{side}": rng.normal(1, 2, (1, side, side, 1)).astype(np.float32) for side in sides}
    return Example("fcos", outputs, 512, 512)


def centerface(rng: Random) -> Example:
    """A map of faces, and what each cell says of its face."""
    shape = (120, 160)
    outputs = {
        "heatmap": _sigmoid(_logits(rng, (1, 1, *shape), 40)),
        "scale": rng.normal(2.5, 0.5, (1, 2, *shape)).astype(np.float32),
        "offset": rng.uniform(-0.5, 0.5, (1, 2, *shape)).astype(np.float32),
        "landmarks": rng.uniform(0, 1, (1, 10, *shape)).astype(np.float32),
    }
    return Example("centerface", outputs, 640, 480, channel_axis=1)


def blazeface(rng: Random) -> Example:
    """896 anchors."""
    boxes = rng.uniform(-10, 10, (1, 896, 16)).astype(np.float32)
    boxes[..., 2:4] = rng.uniform(10, 60, (1, 896, 2))
    return Example("blazeface", {"boxes": boxes, "scores": _logits(rng, (1, 896, 1), 30)}, 256, 256)


def picodet(rng: Random) -> Example:
    """Four strides, each with one row per cell."""
    cells = (7600, 1900, 475, 130)
    outputs = {f"class{n}": _sigmoid(_logits(rng, (1, n, 10), 30)) for n in cells}
    outputs |= {f"box{n}": rng.normal(0, 2, (1, n, 32)).astype(np.float32) for n in cells}
    return Example("picodet", outputs, 608, 800)


def rtdetr(rng: Random) -> Example:
    """300 queries."""
    boxes = rng.uniform(0.1, 0.6, (1, 300, 4)).astype(np.float32)
    return Example("rtdetr", {"logits": _logits(rng, (1, 300, 80), 40), "boxes": boxes}, 640, 640)


def rtdetr_joined(rng: Random) -> Example:
    """300 queries in one output."""
    boxes = rng.uniform(0.1, 0.6, (1, 300, 4)).astype(np.float32)
    joined = np.concatenate([boxes, _sigmoid(_logits(rng, (1, 300, 80), 40))], axis=2)
    return Example("rtdetr", {"output0": joined}, 640, 640)


def semantic(rng: Random) -> Example:
    """19 classes on a grid that is smaller than the picture."""
    return Example("semantic", {"logits": rng.normal(0, 3, (1, 64, 128, 19)).astype(np.float32)}, 512, 256)


def semantic_planes(rng: Random) -> Example:
    """The same, one plane for each class."""
    return Example("semantic", {"logits": rng.normal(0, 3, (1, 19, 64, 128)).astype(np.float32)}, 512, 256, channel_axis=1)


def classification(rng: Random) -> Example:
    """A thousand classes."""
    return Example("classification", {"logits": rng.normal(0, 3, (1, 1000)).astype(np.float32)}, 224, 224)


def text_recognition(rng: Random) -> Example:
    """Forty steps of a line of text."""
    values = rng.normal(0, 3, (1, 40, 97)).astype(np.float32)
    labels = [chr(33 + index) for index in range(96)]
    return Example("text_recognition", {"characters": values}, 320, 48, options={"labels": labels})


def text_detection(rng: Random) -> Example:
    """Some lines of text, as probabilities."""
    plane = np.full((320, 320), 0.05, np.float32)
    for y in range(30, 290, 40):
        corners = cv2.boxPoints(((160, y), (float(rng.uniform(80, 250)), 12), float(rng.uniform(-4, 4))))
        cv2.fillPoly(plane, [np.round(corners).astype(np.int32)], float(rng.uniform(0.6, 0.9)))
    plane += rng.uniform(-0.05, 0.05, plane.shape).astype(np.float32)
    return Example("text_detection", {"map": plane[None, None]}, 320, 320, channel_axis=1, probabilities=("map",))


EXAMPLES: dict[str, Callable[[Random], Example]] = {
    make.__name__: make
    for make in (
        fcos, centerface, blazeface, picodet, rtdetr, rtdetr_joined, semantic, semantic_planes, classification,
        text_detection, text_recognition,
    )
}  # fmt: skip
