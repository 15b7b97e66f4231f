# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLO's outputs decoded with numpy, step by step and from real values, as the tests compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-x.astype(np.float64)))).astype(np.float32)


def boxes_of(values: np.ndarray, stride: int) -> np.ndarray:
    """Corners of all cells of [h, w, 64] or [h, w, 4], float64 [h * w, 4]."""
    height, width, channels = values.shape
    sides = values.astype(np.float64)
    if channels == 64:
        bins = sides.reshape(height, width, 4, 16)
        weights = np.exp(bins - bins.max(-1, keepdims=True))
        sides = (weights * np.arange(16)).sum(-1) / weights.sum(-1)
    y, x = np.mgrid[:height, :width] + 0.5
    corners = np.stack([x - sides[..., 0], y - sides[..., 1], x + sides[..., 2], y + sides[..., 3]], -1)
    return corners.reshape(-1, 4) * stride


def iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return common / (np.prod(box[2:] - box[:2]) + areas - common)


def suppress(boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray, limit: float) -> list[int]:
    """NMS by class; the indices that stay, best first."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    for index in order:
        rivals = [k for k in kept if classes[k] == classes[index]]
        if not rivals or iou(boxes[index], boxes[rivals]).max() <= limit:
            kept.append(int(index))
    return kept


def detect(
    levels: Sequence[tuple[np.ndarray, np.ndarray]], confidence: float, limit: float, max_detections: int = 300
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes, scores and classes of (class logits [h, w, c], boxes [h, w, 64 or 4]) for strides 8, 16 and 32."""
    boxes, scores, classes = [], [], []
    for (logits, sides), stride in zip(levels, (8, 16, 32)):
        flat = logits.reshape(-1, logits.shape[-1])
        best = flat.argmax(-1)
        score = sigmoid(flat[np.arange(len(flat)), best])
        found = score >= np.float32(confidence)
        boxes.append(boxes_of(sides, stride)[found])
        scores.append(score[found])
        classes.append(best[found])
    box, score, index = np.concatenate(boxes), np.concatenate(scores), np.concatenate(classes)
    kept = suppress(box, score, index, limit)[:max_detections]
    return box[kept], score[kept], index[kept]
