# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Points and boxes from the pixels of a model to those of the picture that arrived, and back.

Both count from the outer edge of the top left pixel, whose center is at 0.5, 0.5. A decoder that names pixels by their
index adds 0.5 first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hbm_runtime_core import vision

if TYPE_CHECKING:
    from hbm_runtime_ros.msg import ImageTransform

__all__ = ["transform_of", "points_to_source", "points_to_model", "boxes_to_source", "boxes_to_model"]

_FORMS = ("xyxy", "xywh", "cxcywh")


def transform_of(message: ImageTransform) -> vision.ImageTransform:
    """Return the core's transform for that of a result, to map many points with it.

    Args:
        message: one of `InferenceResult.transforms`.

    Raises:
        ValueError: a scale is not positive, or the mode is unknown.

    Source: msg/ImageTransform.msg.
    """
    return vision.ImageTransform(
        mode=message.mode,
        src_width=message.source_width,
        src_height=message.source_height,
        dst_width=message.model_width,
        dst_height=message.model_height,
        scale_x=message.scale_x,
        scale_y=message.scale_y,
        pad_left=message.pad_left,
        pad_top=message.pad_top,
        crop_x=message.crop_left,
        crop_y=message.crop_top,
    )


def points_to_source(message: ImageTransform, points: npt.ArrayLike, *, clip: bool = False) -> npt.NDArray[np.float64]:
    """Map points of the model's picture to the picture that arrived.

    Args:
        message: one of `InferenceResult.transforms`.
        points: x, y in model pixels, [..., 2].
        clip: move what lies outside of the picture to its border.

    Returns:
        x, y in source pixels, [..., 2].

    Raises:
        ValueError: the last axis is not 2 long, or the transform is not valid.

    Source: msg/ImageTransform.msg.
    """
    return transform_of(message).to_source(_checked(points, 2, "points [..., 2]"), clip=clip)


def points_to_model(message: ImageTransform, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Map points of the picture that arrived to the model's. The reverse of `points_to_source`."""
    return transform_of(message).to_model(_checked(points, 2, "points [..., 2]"))


def boxes_to_source(
    message: ImageTransform, boxes: npt.ArrayLike, *, form: str = "xyxy", clip: bool = False
) -> npt.NDArray[np.float64]:
    """Map upright boxes of the model's picture to the picture that arrived.

    Args:
        message: one of `InferenceResult.transforms`.
        boxes: in model pixels, [..., 4].
        form: of `boxes` and of the result: xyxy (left, top, right, bottom), xywh (left, top, width, height) or cxcywh
            (center, width, height).
        clip: cut off what lies outside of the picture.

    Returns:
        Boxes in source pixels, [..., 4].

    Raises:
        ValueError: the last axis is not 4 long, the form is unknown, or the transform is not valid.

    Source: msg/ImageTransform.msg.
    """
    return _from_corners(transform_of(message).to_source(_to_corners(boxes, form), clip=clip), form)


def boxes_to_model(message: ImageTransform, boxes: npt.ArrayLike, *, form: str = "xyxy") -> npt.NDArray[np.float64]:
    """Map upright boxes of the picture that arrived to the model's. The reverse of `boxes_to_source`."""
    return _from_corners(transform_of(message).to_model(_to_corners(boxes, form)), form)


def _checked(values: npt.ArrayLike, columns: int, what: str) -> npt.NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    if array.ndim == 0 or array.shape[-1] != columns:
        raise ValueError(f"expected {what}, got an array of the shape {list(array.shape)}")
    return array


def _to_corners(boxes: npt.ArrayLike, form: str) -> npt.NDArray[np.float64]:
    array = _checked(boxes, 4, "boxes [..., 4]")
    if form not in _FORMS:
        raise ValueError(f"the form of boxes '{form}' is unknown; known are {', '.join(_FORMS)}")
    if form == "xyxy":
        return array
    position, size = array[..., :2], array[..., 2:]
    first = position - size / 2 if form == "cxcywh" else position
    return np.concatenate([first, first + size], axis=-1)


def _from_corners(corners: npt.NDArray[np.float64], form: str) -> npt.NDArray[np.float64]:
    if form == "xyxy":
        return corners
    first, last = corners[..., :2], corners[..., 2:]
    return np.concatenate([(first + last) / 2 if form == "cxcywh" else first, last - first], axis=-1)
