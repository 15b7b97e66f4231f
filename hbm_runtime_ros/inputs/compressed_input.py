# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as sensor_msgs/CompressedImage. A JPEG goes into the model as YUV, all else through OpenCV as blue, green and
red."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hbm_runtime_core import vision

from .. import _wire
from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason
from .message_kinds import Message
from .picture_input import PictureInput
from .topic_input import Arrays

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
# Behind the signature: the length and the name of the first chunk, width and height.
_PNG_BIT_DEPTH = 24
# What image_transport puts in front of the PNG.
_DEPTH_HEADER_BYTES = 12


class CompressedInput(PictureInput):
    """Fills a picture input from sensor_msgs/CompressedImage.

    What the data is, its first bytes tell; the field `format` is filled in by drivers in many ways.
    """

    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_compressed_image(message.data)
        if image.data[: len(_JPEG)].tobytes() == _JPEG:
            return image.header, self._preparation.prepare_jpeg(image.data, inputs)
        pixels = _decode(image.data, image.format)
        height, width, _ = pixels.shape
        return image.header, self._preparation.prepare(pixels, width, height, pixels.strides[0], "bgr8", inputs)


def _decode(data: npt.NDArray[np.uint8], format_text: str) -> npt.NDArray[np.uint8]:
    """Return uint8 [height, width, 3]: blue, green, red."""
    if data.size == 0:
        raise FrameError(DropReason.PICTURE, f"the compressed picture (format '{format_text}') has no data")
    _refuse_depth(data, format_text)
    cv2 = _opencv()
    try:
        # As the core does with JPEG: the picture as the sensor saw it, whatever its orientation mark says.
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise FrameError(DropReason.PICTURE, f"{_told(data, format_text)} cannot be decoded: {error}") from error
    if pixels is None:
        raise FrameError(
            DropReason.PICTURE,
            f"{_told(data, format_text)} cannot be decoded: it is cut off or damaged, or in a format that OpenCV does not "
            f"read here; send jpeg or png",
        )
    return np.ascontiguousarray(pixels)


def _refuse_depth(data: npt.NDArray[np.uint8], format_text: str) -> None:
    behind_header = data[_DEPTH_HEADER_BYTES : _DEPTH_HEADER_BYTES + len(_PNG)].tobytes()
    if "compressedDepth" in format_text or behind_header == _PNG:
        raise FrameError(
            DropReason.ENCODING,
            f"pictures in format '{format_text}' (compressedDepth) hold distances, not colours; take the topic of a colour "
            f"picture, or turn them into tensors (transport tensors)",
            detail="compressedDepth",
            once=True,
        )
    is_png = data[: len(_PNG)].tobytes() == _PNG
    if is_png and data.size > _PNG_BIT_DEPTH and data[_PNG_BIT_DEPTH] == 16:
        raise FrameError(
            DropReason.ENCODING,
            f"PNG with 16 bits a channel (format '{format_text}') is no camera picture of 0 to 255; send 8 bits, or turn it "
            f"into tensors (transport tensors)",
            detail="png16",
            once=True,
        )


def _told(data: npt.NDArray[np.uint8], format_text: str) -> str:
    begin = data[:4].tobytes().hex(" ")
    return f"a compressed picture (format '{format_text}', {data.size} bytes that begin with {begin})"


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise FrameError(
            DropReason.ENCODING,
            f"compressed pictures that are no JPEG need OpenCV, which cannot be imported ({error}); install python3-opencv",
            detail="opencv",
            once=True,
        ) from error
    return cv2
