# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines of text: finding them in a detector's output, cutting one out of a picture, and reading a recogniser's output.

The detector (PP-OCR, "differentiable binarisation") gives for each pixel how likely it lies in the shrunken core of a line
of text. A box is the smallest rotated rectangle around such a core, grown back to the size of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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


def cut_line(bgr: npt.NDArray[np.uint8], box: TextBox, height: int, max_width: int) -> npt.NDArray[np.uint8]:
    """Cut a line of text out of a picture and turn it upright.

    Args:
        bgr: uint8 [rows, columns, 3].
        box: in pixels of `bgr`; parts outside of the picture repeat its border.
        height: pixels of the result.
        max_width: pixels; a longer line is squeezed.

    Returns:
        uint8 [height, width, 3]. The width keeps the aspect ratio and is even, as NV12 wants it.
    """
    box_width, box_height = box.size()
    width = min(max_width, max(height // 2, round(box_width / max(box_height, 1.0) * height)))
    width -= width % 2
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box.corners.astype(np.float32), target)
    return cv2.warpPerspective(bgr, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True)
class Reading:
    """What a recogniser read: the text, and the mean probability of its characters, 0 to 1."""

    text: str
    confidence: float

    def is_trusted(self) -> bool:
        """Whether to show it as text. A lone "character" is most often a lamp or a screw."""
        return len(self.text) >= 2 and self.confidence >= 0.8


@dataclass(frozen=True)
class LineReader:
    """Decodes the output of a recogniser that was trained with connectionist temporal classification (CTC).

    Attributes:
        characters: the alphabet, in the order of the network's classes from 1 on; class 0 means "no character here".
    """

    characters: Sequence[str]

    def decode(self, probability: npt.NDArray[np.floating]) -> Reading:
        """Read a line.

        Args:
            probability: [steps, classes] with any leading axes of length 1; a step is a narrow column of the picture.

        Raises:
            ValueError: the number of classes does not fit the alphabet.
        """
        steps = np.asarray(probability)
        steps = steps.reshape(steps.shape[-2:])
        if steps.shape[1] != len(self.characters) + 1:
            raise ValueError(
                f"recogniser output: expected {len(self.characters) + 1} classes (the alphabet and the blank), "
                f"got {steps.shape[1]}; is it the alphabet of this network?"
            )
        classes = steps.argmax(axis=1)
        # The same class in neighbouring steps is one character; a blank between two makes them two.
        starts = np.flatnonzero((classes != 0) & (np.diff(classes, prepend=0) != 0))
        text = "".join(self.characters[classes[step] - 1] for step in starts).strip()
        confidence = float(steps[starts, classes[starts]].mean()) if len(starts) else 0.0
        return Reading(text, confidence)


@dataclass
class FoundText:
    """A line that the detector found, and what the recogniser read in it (None: not read yet)."""

    box: TextBox
    reading: Reading | None = None

    @property
    def is_read(self) -> bool:
        """Whether there is a reading to show."""
        return self.reading is not None and self.reading.is_trusted()


@dataclass
class View:
    """A picture and the text in it; boxes are in pixels of the picture.

    Attributes:
        most_boxes: the most that one frame of it showed; a video's frames differ.
    """

    name: str
    bgr: npt.NDArray[np.uint8]
    found: list[FoundText] = field(default_factory=list)
    most_boxes: int = 0

    def update(self, bgr: npt.NDArray[np.uint8], boxes: Sequence[TextBox]) -> None:
        """Take the next frame of the picture. A line that is still there keeps its reading."""
        before = self.found
        self.bgr = bgr
        self.found = [FoundText(box) for box in boxes]
        self.most_boxes = max(self.most_boxes, len(boxes))
        for old in before:
            if old.reading is not None:
                self.read(old.box, old.reading)

    def read(self, box: TextBox, reading: Reading) -> None:
        """Note the reading of the line at `box`, unless that line is gone."""
        text = nearest(self.found, box)
        if text is not None:
            text.reading = reading


def nearest(found: Sequence[FoundText], box: TextBox) -> FoundText | None:
    """The line whose centre is nearest to that of `box`; None where it is further than half a line's height."""
    if not found:
        return None
    centre = box.corners.mean(axis=0)
    distances = [float(np.linalg.norm(text.box.corners.mean(axis=0) - centre)) for text in found]
    index = int(np.argmin(distances))
    return found[index] if distances[index] <= box.size()[1] / 2 else None
