# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What decoders return: arrays, not one object for each box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _decode
from ..errors import HbmValueError

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Detections:
    """Objects in a picture, ordered by score, best first.

    Lengths are in pixels from the outer edge of the top left pixel: of the source picture where the decoder was given its
    transform, else of the model's.

    Attributes:
        boxes: float32 [n, 4], x0, y0, x1, y1, clipped to the picture.
        scores: float32 [n], 0 to 1.
        classes: int32 [n].
        labels: names of the classes; empty where none are known.
        width, height: of the picture that the boxes are in, pixels.
        corners: float32 [n, 4, 2] of oriented boxes and text, clockwise from the object's top left; else None. They can lie
            outside the picture.
        keypoints: float32 [n, k, 3], x, y (clipped to the picture) and visibility 0 to 1, or three times 0 where the network
            gave no number; else None.
        masks: uint8 [n, h, w], 0 outside the object's box, 128 and more on the object; a grid over the model's picture, with
            its borders; else None.
        transform: the ImageTransform that made source pixels of model pixels; None: these are the model's.
    """

    boxes: _Floats
    scores: _Floats
    classes: npt.NDArray[np.int32]
    labels: Sequence[str]
    width: int
    height: int
    corners: _Floats | None = None
    keypoints: _Floats | None = None
    masks: npt.NDArray[np.uint8] | None = None
    transform: Any = None

    def __len__(self) -> int:
        return len(self.scores)

    def label(self, index: int) -> str:
        """Name of a detection's class, or the class's number where it has no name."""
        return _label(self.labels, int(self.classes[index]))

    def label_image(self) -> npt.NDArray[np.unsignedinteger]:
        """Draw the masks into one picture.

        Returns:
            uint8 (uint16 for more than 255 detections) [height, width] in pixels of the boxes: i + 1 where detection i is,
            the best one where there are several, and 0 where there is none. Masks are interpolated between their pixels.

        Raises:
            HbmValueError: there are no masks.
        """
        if self.masks is None:
            raise HbmValueError("masks: expected those of a family that segments, got none")
        return _decode.label_image(self.masks, self.boxes, self.width, self.height, self.transform)


@dataclass(frozen=True)
class Classification:
    """Classes of a whole picture, best first.

    Attributes:
        classes: int32 [k].
        scores: float32 [k], 0 to 1.
        labels: names of the classes; empty where none are known.
    """

    classes: npt.NDArray[np.int32]
    scores: _Floats
    labels: Sequence[str]

    def __len__(self) -> int:
        return len(self.scores)

    def label(self, index: int) -> str:
        """Name of a class that was found, or its number where it has no name."""
        return _label(self.labels, int(self.classes[index]))


@dataclass(frozen=True)
class Segmentation:
    """The class of each pixel.

    Attributes:
        class_map: uint8 [h, w], or uint16 where there are more than 255 classes; a grid over the model's picture. The
            greatest number of the type means that no class has a value.
        labels: names of the classes; empty where none are known.
        width, height: of the source picture where there is a transform, else of the model's, pixels.
        transform: the ImageTransform of the source picture, or None.
    """

    class_map: npt.NDArray[np.unsignedinteger]
    labels: Sequence[str]
    width: int
    height: int
    transform: Any = None

    def resized(self, width: int, height: int) -> npt.NDArray[np.unsignedinteger]:
        """Return the class of each pixel of a picture that shows what the source picture shows.

        Args:
            width, height: of that picture, pixels; often those of the source picture itself.

        Returns:
            uint8 or uint16 [height, width], as the class map has it; the greatest number of the type also where the model
            has not seen the picture, as beside a center crop.
        """
        grid_height, grid_width = self.class_map.shape
        t, model_width, model_height = self.transform, self.width, self.height
        if t is not None:
            model_width, model_height = t.dst_width, t.dst_height
        step_x, step_y = self.width / max(width, 1), self.height / max(height, 1)  # source pixels for each pixel
        first_x, first_y = step_x / 2, step_y / 2
        if t is not None:
            first_x, step_x = (first_x - t.crop_x) * t.scale_x + t.pad_left, step_x * t.scale_x
            first_y, step_y = (first_y - t.crop_y) * t.scale_y + t.pad_top, step_y * t.scale_y
        cells_x, cells_y = grid_width / model_width, grid_height / model_height
        placement = first_x * cells_x, step_x * cells_x, first_y * cells_y, step_y * cells_y
        return _decode.sample_classes(self.class_map, placement, width, height)


@dataclass(frozen=True)
class TextLine:
    """One line of text.

    Attributes:
        text: the characters.
        score: mean of the characters' scores, 0 to 1; 0 for an empty text.
    """

    text: str
    score: float


def _label(labels: Sequence[str], index: int) -> str:
    return labels[index] if index < len(labels) else str(index)
