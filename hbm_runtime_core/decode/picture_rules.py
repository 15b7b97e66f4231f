# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How outputs that describe a whole picture are recognized: classes, maps of classes, and text."""

from __future__ import annotations

import numpy as np

from .model import Match, Mismatch, Model, Output

#: The family whose labels are characters.
TEXT_RECOGNITION = "text_recognition"
_COARSEST_CELL = 32
# Heights of the pictures of lines of text, and pixels for each step of the network.
_LINE_HEIGHTS = (32, 48, 64)
_STEP_PIXELS = (4, 8)
_LEAST_CHARACTERS = 10
# Of PP-OCR: a pixel at or above it belongs to the core of a line, which grows by this times its area over its perimeter.
_PIXEL_THRESHOLD, _UNCLIP_RATIO = 0.3, 1.6


def semantic(model: Model) -> Match:
    """One value for each class and cell of a grid over the picture."""
    if len(model.outputs) == 1 and model.width:
        (output,) = model.outputs
        for layout, axis in (("NHWC", 3), ("NCHW", 1)):
            if len(output.shape) == 4 and output.shape[0] == 1 and _covers_picture(model, output, axis):
                class_count = output.shape[axis]
                if class_count > 1:
                    return Match(
                        "semantic", ((output, axis),), class_count, f"{class_count} classes of each pixel, {layout}"
                    )
    raise Mismatch(
        "one output [1, h, w, classes] or [1, classes, h, w] of several classes, whose grid covers a picture of known size"
    )


def classification(model: Model) -> Match:
    """One value for each class."""
    if len(model.outputs) == 1:
        (output,) = model.outputs
        axes = [axis for axis, length in enumerate(output.shape) if length != 1]
        if len(axes) == 1 and axes[0] > 0 and output.shape[axes[0]] > 1:
            class_count = output.shape[axes[0]]
            summary = f"{class_count} classes of the picture"
            return Match("classification", ((output, axes[0]),), class_count, summary, {"softmax": (_softmax(output),)})
    raise Mismatch("one output of a value for each class: [1, classes], [1, classes, 1, 1] or [1, 1, 1, classes]")


def text_detection(model: Model) -> Match:
    """How likely each pixel belongs to text."""
    if len(model.outputs) == 1 and model.width:
        (output,) = model.outputs
        for axis in (1, 3):
            if (
                len(output.shape) == 4
                and output.shape[0] == output.shape[axis] == 1
                and _covers_picture(model, output, axis)
            ):
                logits = is_probability(output) is False
                settings = {"logits": (logits,), "pixel_threshold": (_PIXEL_THRESHOLD,), "unclip_ratio": (_UNCLIP_RATIO,)}
                summary = f"a map of {'logits' if logits else 'probabilities'} of text"
                return Match("text_detection", ((output, axis),), 1, summary, settings)
    raise Mismatch("one output [1, 1, h, w] whose grid covers a picture of known size")


def text_recognition(model: Model) -> Match:
    """One value for each character and step."""
    if len(model.outputs) == 1 and model.height in (0, *_LINE_HEIGHTS):
        (output,) = model.outputs
        if len(output.shape) == 3 and output.shape[0] == 1 and output.shape[2] > _LEAST_CHARACTERS:
            steps, classes = output.shape[1:]
            if steps < 0 or (model.width and any(steps * pixels == model.width for pixels in _STEP_PIXELS)):
                summary = f"{classes - 1} characters in {'any number of' if steps < 0 else steps} steps"
                settings = {"softmax": (_softmax(output),)}
                return Match(TEXT_RECOGNITION, ((output, 2),), classes - 1, summary, settings)
    raise Mismatch(
        "one output [1, steps, characters + 1] of a picture that is 32, 48 or 64 pixels high, with a step for each 4 or 8 "
        "pixels"
    )


def is_probability(output: Output) -> bool | None:
    """Whether the values of an output are 0 to 1, by the range of its integers; None for real numbers."""
    if not output.scales:
        return None
    highest = np.iinfo(output.dtype).max
    largest = max((highest - zero) * scale for scale, zero in zip(output.scales, output.zero_points, strict=True))
    return largest <= 1.01


def _softmax(output: Output) -> float:
    """Whether logits are still to become probabilities: 1 or 0, or -1 where the values show it."""
    known = is_probability(output)
    return -1.0 if known is None else float(not known)


def _covers_picture(model: Model, output: Output, axis: int) -> bool:
    height, width = (output.shape[i] for i in (1, 2, 3) if i != axis)
    if min(height, width) < 2:
        return False
    cell = model.width / width
    return 1 <= cell <= _COARSEST_CELL and model.width == width * cell and model.height == height * cell
