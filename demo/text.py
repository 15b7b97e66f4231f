# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines of text: cutting one out of a picture for the recogniser, and what was found and read in a picture."""

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
        corners: float64 [4, 2], x and y in pixels of the picture.
        score: mean probability in its core, 0 to 1.
    """

    corners: npt.NDArray[np.float64]
    score: float

    def size(self) -> tuple[float, float]:
        """Width along the line and height across it, in pixels."""
        width = np.linalg.norm(self.corners[1] - self.corners[0])
        height = np.linalg.norm(self.corners[3] - self.corners[0])
        return float(width), float(height)


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
