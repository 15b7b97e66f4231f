# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines of text: cutting one out of a picture, and turning a recogniser's output into characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .text_boxes import TextBox


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
