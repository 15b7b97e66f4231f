# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoded results drawn into pictures: boxes, labels, keypoints, outlines and masks, natively and without the GIL.

A `Canvas` holds its picture as YUV 4:2:0 in full range, as JPEG stores it: the pictures of cameras become a JPEG without a
detour through red, green and blue. Lines and letters grow with the picture; each class has a color of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import HbmEncodingError, HbmValueError
from .names import unknown_name

try:
    from . import _overlay
    from ._vision import ENCODINGS, FOREIGN_ENCODINGS
    from .opencv_pictures import convert_picture, decode_picture
    from .picture_claims import JPEG_START
except ImportError as error:
    raise ImportError(
        f"hbm_runtime_core.overlay cannot be loaded ({error}). It needs libyuv and libjpeg-turbo: on Debian and Ubuntu "
        "`sudo apt-get install libyuv-dev libturbojpeg0-dev`; if hbm_runtime_core was built without them, build and "
        "install it again after that"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

__all__ = ["JPEG_QUALITY", "Canvas", "color_of_class", "draw"]

#: 1 to 100. Lines and letters look clean, and a 1080p picture has some 400 kB.
JPEG_QUALITY = 85

#: Names of the class for everything else in a segmentation, which is not colored.
_BACKGROUND = ("background", "_background_", "__background__", "bg")


class Canvas:
    """A picture to draw results into. It keeps its memory for the next picture; one thread at a time uses it."""

    def __init__(self) -> None:
        self._native = _overlay.Canvas()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, pixels; zeros before the first one."""
        return self._native.size

    def load(
        self,
        data: Any,
        width: int,
        height: int,
        step: int,
        encoding: str,
        *,
        picture_range: str = "limited",
        big_endian: bool = False,
    ) -> None:
        """Copy a raw picture.

        Args:
            data: bytes of the picture, any C-contiguous buffer.
            width, height, step, encoding, big_endian: as `vision.PicturePreparation.prepare` takes them.
            picture_range: of pictures whose encoding is YUV, limited or full.

        Raises:
            HbmEncodingError: the encoding is unknown, or needs OpenCV, which is not installed.
            HbmValueError: encoding, sides, step and data do not fit together.
        """
        if encoding in FOREIGN_ENCODINGS:
            pixels, _ = convert_picture(memoryview(data).cast("B"), width, height, step, encoding, big_endian)
            self._load_bgr(pixels)
        elif encoding in ENCODINGS:
            self._native.load(data, width, height, step, encoding, picture_range)
        else:
            text = unknown_name("picture encoding", encoding, (*ENCODINGS, *FOREIGN_ENCODINGS))
            raise HbmEncodingError(text, encoding)

    def load_compressed(self, data: Any, format: str | None = None) -> None:
        """Decode a compressed picture: JPEG natively, others through OpenCV.

        Args:
            data: bytes of the file, any C-contiguous buffer.
            format: the field of sensor_msgs/CompressedImage; None: a file.

        Raises:
            HbmEncodingError: the format is unknown, or OpenCV is not installed.
            HbmValueError: the picture is cut off, damaged or larger than the limits.
        """
        view = memoryview(data).cast("B")
        if view[:2] == JPEG_START:
            self._native.load_jpeg(view)
        else:
            self._load_bgr(decode_picture(view, format))

    def draw(self, results: Any, *, captions: Sequence[str] = ()) -> None:
        """Draw decoded results, which are in pixels of this picture.

        Args:
            results: `Detections`, `Segmentation`, `Classification` or `TextLine` of hbm_runtime_core.decode.
            captions: of detections: a text for each in place of label and score.

        Raises:
            HbmValueError: no picture is loaded, or there is another number of captions than of detections.
        """
        if hasattr(results, "class_map"):
            self._draw_segmentation(results)
        elif hasattr(results, "boxes"):
            self._draw_detections(results, captions)
        elif hasattr(results, "text"):
            self._native.draw_lines([f"{results.text} {results.score:.2f}"], [0])
        else:
            classes = [int(number) for number in results.classes]
            names = [_label(results.labels, number) for number in classes]
            lines = [f"{name} {score:.2f}" for name, score in zip(names, results.scores)]
            self._native.draw_lines(lines, classes)

    def jpeg(self, quality: int = JPEG_QUALITY) -> bytes:
        """Return the picture as a JPEG file, chroma at half the resolution.

        Args:
            quality: 1 to 100.

        Raises:
            HbmValueError: no picture is loaded, or the quality is not 1 to 100.
        """
        return self._native.jpeg(quality)

    def bgr(self) -> npt.NDArray[np.uint8]:
        """Return the picture as uint8 [height, width, 3]: blue, green, red.

        Raises:
            HbmValueError: no picture is loaded.
        """
        return self._native.bgr()

    def _load_bgr(self, pixels: Any) -> None:
        height, width, _ = pixels.shape
        self._native.load(pixels, width, height, 3 * width, "bgr8", "full")

    def _draw_detections(self, detections: Any, captions: Sequence[str]) -> None:
        if detections.masks is not None and len(detections):
            classes = [-1, *(int(number) for number in detections.classes)]  # number 0 is no detection
            self._native.blend(detections.label_image(), classes)
        self._native.draw_detections(
            detections.boxes,
            detections.scores,
            detections.classes,
            detections.corners,
            detections.keypoints,
            list(detections.labels),
            list(captions),
        )

    def _draw_segmentation(self, segmentation: Any) -> None:
        width, height = self.size
        numbers = segmentation.class_map
        if numbers.shape != (height, width):
            numbers = segmentation.resized(width, height)
        background = [index for index, name in enumerate(segmentation.labels) if name.lower() in _BACKGROUND]
        nothing = (*background, 2 ** (8 * numbers.itemsize) - 1)  # the greatest number is no class
        count = int(numbers.max(initial=0)) + 1
        self._native.blend(numbers, [-1 if number in nothing else number for number in range(count)])


def draw(picture: npt.NDArray[np.uint8], *results: Any, captions: Sequence[str] = ()) -> npt.NDArray[np.uint8]:
    """Return a copy of a picture with decoded results drawn into it.

    Args:
        picture: uint8 [height, width, 3], blue, green, red, as OpenCV reads it.
        results: as `Canvas.draw` takes them.
        captions: of detections: a text for each in place of label and score.

    Raises:
        HbmValueError: the picture has another shape or type.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != "uint8":
        raise HbmValueError(f"picture: expected uint8 [height, width, 3], got {picture.dtype} {list(picture.shape)}")
    canvas = Canvas()
    canvas._load_bgr(picture if picture.flags.c_contiguous else picture.copy())
    for each in results:
        canvas.draw(each, captions=captions)
    return canvas.bgr()


def color_of_class(index: int) -> tuple[int, int, int]:
    """Return red, green and blue of a class, each 0 to 255."""
    return _overlay.color_of_class(index)


def _label(labels: Sequence[str], number: int) -> str:
    return labels[number] if 0 <= number < len(labels) else str(number)
