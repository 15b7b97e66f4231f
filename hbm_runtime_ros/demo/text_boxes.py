# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the probability map of a text detector to boxes around lines of text.

The network (PP-OCR detection, "differentiable binarisation") tells for each pixel how likely it lies in the
shrunken core of a line of text. A box is the smallest rotated rectangle around such a core, grown back to the
size of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class TextBox:
    """A line of text: four corners, clockwise from the top left as one reads the line, and a score.

    Attributes:
        corners: float64 [4, 2], x and y in pixels of the probability map (or of the source, after mapping).
        score: mean probability inside the core, 0 to 1.
    """

    corners: npt.NDArray[np.float64]
    score: float

    def size(self) -> tuple[float, float]:
        """Width along the line and height across it, in pixels."""
        width = np.linalg.norm(self.corners[1] - self.corners[0])
        height = np.linalg.norm(self.corners[3] - self.corners[0])
        return float(width), float(height)


@dataclass(frozen=True)
class TextBoxDecoder:
    """Finds lines of text in a probability map.

    Attributes:
        threshold: a pixel above it belongs to the core of a line.
        min_score: cores whose mean probability is lower are dropped.
        unclip_ratio: a core grows by this times its area over its perimeter; the network was trained for 1.5.
        min_side_px: cores that are thinner (pixels of the map) are dropped.
        max_boxes: at most this many boxes, in reading order from the top.
    """

    threshold: float = 0.3
    min_score: float = 0.7
    unclip_ratio: float = 1.6
    min_side_px: float = 3.0
    max_boxes: int = 200

    def mask(self, probability: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """The pixels of `probability` ([height, width], any leading axes of length 1) that belong to text."""
        return _as_map(probability) > self.threshold

    def decode(self, probability: npt.NDArray[np.floating]) -> list[TextBox]:
        """Boxes around the lines of text, from top to bottom.

        Args:
            probability: values 0 to 1, [height, width] with any leading axes of length 1.

        Returns:
            Boxes in pixels of the map. Corners may lie a little outside of it.

        Raises:
            ValueError: `probability` is not a single map.
        """
        plane = _as_map(probability)
        cores, _ = cv2.findContours((plane > self.threshold).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        boxes = [box for core in cores if (box := self._box_of(core, plane)) is not None]
        boxes.sort(key=lambda box: (round(float(box.corners[:, 1].mean()), 1), float(box.corners[:, 0].mean())))
        return boxes[: self.max_boxes]

    def _box_of(self, core: npt.NDArray[np.int32], plane: npt.NDArray[np.float32]) -> TextBox | None:
        centre, (side_a, side_b), angle_deg = cv2.minAreaRect(core)
        # minAreaRect measures between the centres of pixels; the pixels themselves reach half a pixel further.
        side_a, side_b = side_a + 1.0, side_b + 1.0
        if min(side_a, side_b) < self.min_side_px:
            return None
        score = _mean_inside(core, plane)
        if score < self.min_score:
            return None
        growth_px = side_a * side_b * self.unclip_ratio / (2.0 * (side_a + side_b))
        grown = (centre, (side_a + 2.0 * growth_px, side_b + 2.0 * growth_px), angle_deg)
        return TextBox(_reading_order(cv2.boxPoints(grown).astype(np.float64)), score)


def _as_map(probability: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    array = np.asarray(probability, dtype=np.float32)
    if array.ndim < 2 or any(length != 1 for length in array.shape[:-2]):
        raise ValueError(
            f"probability map: expected [height, width] with leading axes of length 1, got {list(array.shape)}; "
            "pass the output of one picture"
        )
    return array.reshape(array.shape[-2:])


def _mean_inside(core: npt.NDArray[np.int32], plane: npt.NDArray[np.float32]) -> float:
    x, y, width, height = cv2.boundingRect(core)
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [core - (x, y)], 0, 1, thickness=cv2.FILLED)
    return float(plane[y : y + height, x : x + width][inside > 0].mean())


def _reading_order(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn a rectangle's corners so that the first is the top left: the one nearest to the picture's origin."""
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    clockwise = corners[np.argsort(angles)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0)
