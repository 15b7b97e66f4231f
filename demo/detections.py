# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo reads of the node's messages with decoded results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hbm_runtime_core import decode


def corners_of(message: Any) -> npt.NDArray[np.float64]:
    """The corners of the boxes in a vision_msgs/Detection2DArray.

    Returns:
        float64 [n, 4, 2] in pixels of the camera's picture, clockwise from the top left as the box is turned.
    """
    boxes = [detection.bbox for detection in message.detections]
    centers = np.array([(box.center.position.x, box.center.position.y) for box in boxes]).reshape(-1, 1, 2)
    halves = np.array([(box.size_x / 2, box.size_y / 2) for box in boxes]).reshape(-1, 2)
    angles = np.array([box.center.theta for box in boxes])
    cosines, sines = np.cos(angles), np.sin(angles)
    along = np.stack([cosines, sines], axis=1) * halves[:, :1]
    across = np.stack([-sines, cosines], axis=1) * halves[:, 1:]
    return centers + np.stack([-along - across, along - across, along + across, across - along], axis=1)


def scores_of(message: Any) -> npt.NDArray[np.float32]:
    """The scores of a vision_msgs/Detection2DArray, float32 [n]."""
    return np.array([detection.results[0].hypothesis.score for detection in message.detections], np.float32)


def detections_of(message: Any, labels: Sequence[str], width: int, height: int) -> decode.Detections:
    """Make detections that can be drawn from a vision_msgs/Detection2DArray.

    Args:
        message: of the topic ~/<model>/detections.
        labels: names of classes, all that are in the message among them.
        width, height: of the camera's picture, pixels.
    """
    corners = corners_of(message).astype(np.float32)
    classes = [labels.index(detection.results[0].hypothesis.class_id) for detection in message.detections]
    return decode.Detections(
        boxes=np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).reshape(-1, 4),
        scores=scores_of(message),
        classes=np.array(classes, np.int32),
        labels=tuple(labels),
        width=width,
        height=height,
        corners=corners if any(detection.bbox.center.theta for detection in message.detections) else None,
    )
