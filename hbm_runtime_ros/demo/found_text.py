# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what was found in each picture while frame after frame of it comes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .text_boxes import TextBox
from .text_lines import Reading


@dataclass
class FoundText:
    """A line that the detector found, and what the recogniser made of it (None = not read yet)."""

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
