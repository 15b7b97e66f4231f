# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders as their papers describe them, in plain numpy: every cell, every class, no shortcut.

Maps are real values [height, width, channels]. Boxes are x0, y0, x1, y1 in pixels of the model's picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

STRIDES = (8, 16, 32)
#: Of YOLOv5 as it was trained on COCO: width and height for each stride.
ANCHORS = np.float64(
    [[[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]], [[116, 90], [156, 198], [373, 326]]],
)


@dataclass
class Candidates:
    """All boxes of a picture, in the order of the maps, before anything is left out."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    extra: dict[str, np.ndarray] = field(default_factory=dict)

    def take(self, indices: np.ndarray) -> Candidates:
        chosen = {name: values[indices] for name, values in self.extra.items()}
        return Candidates(self.boxes[indices], self.scores[indices], self.classes[indices], chosen)


def dequantize(integers: np.ndarray, scale: object, zero_point: object = 0, axis: int = -1) -> np.ndarray:
    """The float32 nearest to (integer - zero point) * scale, one scale or one for each index of `axis`."""
    shape = [1] * integers.ndim
    if np.ndim(scale):
        shape[axis] = -1
    scales = np.asarray(scale, np.float32).astype(np.float64).reshape(shape)
    zero_points = np.broadcast_to(np.asarray(zero_point, np.int64), np.shape(scale)).reshape(shape)
    return ((integers.astype(np.int64) - zero_points) * scales).astype(np.float32)


def sigmoid(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(values, np.float64)))


def score(logits: np.ndarray) -> np.ndarray:
    """float32, so that values which are equal for a decoder are equal here, too."""
    return sigmoid(logits).astype(np.float32)


def softmax(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, np.float64)
    powers = np.exp(values - values.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def cell_corners(height: int, width: int) -> np.ndarray:
    """[cells, 2]: x and y of the top left corner of each cell, in cells."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x, y], -1).reshape(-1, 2).astype(np.float64)


def distances(box: np.ndarray) -> np.ndarray:
    """[cells, 4] in strides, from four numbers or from four distributions over bins."""
    flat = box.reshape(len(box), 4, -1).astype(np.float64)
    bins = flat.shape[2]
    return flat[:, :, 0] if bins == 1 else softmax(flat) @ np.arange(bins)


def yolo(
    maps: Sequence[Sequence[np.ndarray]],
    task: str = "detect",
    *,
    strides: Sequence[int] = STRIDES,
    one_to_one: bool = False,
) -> Candidates:
    """The best class of each cell: class logits, box and what the task adds, for each stride.

    Args:
        one_to_one: the head of YOLO26, which gives key points from the cell's center and the angle in radians.
    """
    parts: list[Candidates] = []
    for stride, (logits, box, *extra) in zip(strides, maps):
        height, width, classes = logits.shape
        corner = cell_corners(height, width)
        center = corner + 0.5
        left_top, right_bottom = np.split(distances(box.reshape(height * width, -1)), 2, 1)
        scores = score(logits.reshape(-1, classes))
        best = logits.reshape(-1, classes).argmax(1)
        part = Candidates(
            np.hstack([center - left_top, center + right_bottom]) * stride,
            scores[np.arange(len(best)), best],
            best,
            {"all_scores": scores},
        )
        if extra:
            values = extra[0].reshape(height * width, -1).astype(np.float64)
            if task == "seg":
                part.extra["coefficients"] = values
            elif task == "pose":
                points = values.reshape(len(values), -1, 3)
                x_y = points[:, :, :2] + center[:, None] if one_to_one else points[:, :, :2] * 2 + corner[:, None]
                part.extra["keypoints"] = np.concatenate([x_y * stride, sigmoid(points[:, :, 2:])], 2)
            elif task == "obb":
                angle = values[:, 0] if one_to_one else (sigmoid(values[:, 0]) - 0.25) * np.pi
                shift_x, shift_y = ((right_bottom - left_top) / 2).T
                cos, sin = np.cos(angle), np.sin(angle)
                middle = center + np.stack([shift_x * cos - shift_y * sin, shift_x * sin + shift_y * cos], 1)
                sides = left_top + right_bottom
                part.extra["rotated"] = np.column_stack([middle * stride, sides * stride, angle])
        parts.append(part)
    return _joined(parts)


def yolov5(maps: Sequence[np.ndarray], classes: int, anchors: np.ndarray = ANCHORS) -> Candidates:
    """The best class of each cell and anchor: x, y, width, height, object, classes, coefficients of a mask."""
    parts: list[Candidates] = []
    for stride, sides, values in zip(STRIDES, anchors, maps):
        height, width, _ = values.shape
        for index, anchor in enumerate(sides):
            real = np.split(values.reshape(height * width, -1), len(sides), 1)[index]
            x_y = (sigmoid(real[:, 0:2]) * 2 - 0.5 + cell_corners(height, width)) * stride
            half = (sigmoid(real[:, 2:4]) * 2) ** 2 * anchor / 2
            best = real[:, 5 : 5 + classes].argmax(1)
            scores = score(real[:, 4]) * score(real[np.arange(len(best)), 5 + best])
            coefficients = {"coefficients": real[:, 5 + classes :].astype(np.float64)}
            parts.append(Candidates(np.hstack([x_y - half, x_y + half]), scores, best, coefficients))
    return _joined(parts)


def _joined(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.classes for part in parts]),
        {name: np.concatenate([part.extra[name] for part in parts]) for name in parts[0].extra},
    )


def iou(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    sides = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    common = np.prod(np.maximum(sides, 0), 1)
    area = np.prod(one[2:] - one[:2])
    return common / (area + np.prod(others[:, 2:] - others[:, :2], 1) - common)


def by_score(scores: np.ndarray) -> np.ndarray:
    """Indices from the highest score to the lowest; of equal ones, the first in the maps comes first."""
    return np.argsort(-scores, kind="stable")


def without_overlaps(
    found: Candidates, confidence: float, threshold: float, *, most: int = 300, class_agnostic: bool = False
) -> Candidates:
    """Greedy non-maximum suppression of the candidates that reach the confidence."""
    found = found.take(np.flatnonzero(found.scores >= confidence))
    found = found.take(by_score(found.scores))
    kept: list[int] = []
    remains = np.ones(len(found.scores), bool)
    for index in range(len(remains)):
        if remains[index] and len(kept) < most:
            kept.append(index)
            same = np.ones_like(remains) if class_agnostic else found.classes == found.classes[index]
            remains &= ~(same & (iou(found.boxes[index], found.boxes) > threshold))
    return found.take(np.array(kept, int))


def without_suppression(found: Candidates, confidence: float, *, most: int = 300) -> Candidates:
    """What one-to-one heads return: of the cells with the best scores the best pairs of a cell and a class."""
    # In the order of the maps again, which decides where scores are equal.
    cells = np.sort(by_score(found.scores)[:most])
    scores = found.extra["all_scores"][cells]
    pairs = by_score(scores.ravel())[:most]
    pairs = pairs[scores.ravel()[pairs] >= confidence]
    chosen = found.take(cells[pairs // scores.shape[1]])
    return Candidates(chosen.boxes, scores.ravel()[pairs], pairs % scores.shape[1], chosen.extra)


def probabilistic_iou(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Likeness of rotated boxes (center, sides, angle) as normal distributions, after arXiv 2106.06072."""

    def covariance(boxes: np.ndarray) -> np.ndarray:
        cos, sin = np.cos(boxes[:, 4]), np.sin(boxes[:, 4])
        turn = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1)
        return turn @ (boxes[:, 2:4, None] ** 2 / 12 * np.eye(2)) @ turn.transpose(0, 2, 1)

    first, second = covariance(one[None]), covariance(others)
    mean = (first + second) / 2
    apart = (one[:2] - others[:, :2])[:, :, None]
    distance = (apart.transpose(0, 2, 1) @ np.linalg.inv(mean) @ apart)[:, 0, 0] / 8
    distance += np.log(np.linalg.det(mean) / np.sqrt(np.linalg.det(first) * np.linalg.det(second))) / 2
    return 1 - np.sqrt(1 - np.exp(-np.clip(distance, 0, 100)))


def without_rotated_overlaps(found: Candidates, confidence: float, threshold: float, *, most: int = 300) -> Candidates:
    """Suppression of rotated boxes in one step (arXiv 1904.02689): by any box of a higher score, be it suppressed itself."""
    found = found.take(np.flatnonzero(found.scores >= confidence))
    found = found.take(by_score(found.scores))
    rotated = found.extra["rotated"]
    kept = [
        index
        for index in range(len(rotated))
        if not (
            (found.classes[:index] == found.classes[index])
            & (probabilistic_iou(rotated[index], rotated[:index]) > threshold)
        ).any()
    ]
    return found.take(np.array(kept[:most], int))


def corners_of(rotated: np.ndarray) -> np.ndarray:
    """[n, 4, 2], clockwise from the object's top left corner, of centers, sides and angles."""
    along = np.stack([np.cos(rotated[:, 4]), np.sin(rotated[:, 4])], 1) * rotated[:, 2:3] / 2
    down = np.stack([-np.sin(rotated[:, 4]), np.cos(rotated[:, 4])], 1) * rotated[:, 3:4] / 2
    return rotated[:, None, :2] + np.stack([-along - down, along - down, along + down, down - along], 1)


def mask_of(box: np.ndarray, coefficients: np.ndarray, prototypes: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 [h, w] in the prototypes' resolution: where the sum of the prototypes is above zero, inside the box."""
    rows, columns, _ = prototypes.shape
    x, y = np.arange(columns), np.arange(rows)
    x0, y0, x1, y1 = box * np.tile([columns / width, rows / height], 2)
    inside = ((x >= x0) & (x < x1))[None, :] & ((y >= y0) & (y < y1))[:, None]
    return ((prototypes.astype(np.float64) @ coefficients > 0) & inside).astype(np.uint8)
