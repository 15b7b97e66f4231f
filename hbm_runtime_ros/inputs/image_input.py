# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as sensor_msgs/Image: every encoding of the core, and others through cv_bridge."""

from __future__ import annotations

from typing import Any

from hbm_runtime_core import HbmValueError, vision

from .. import _wire
from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason
from .bridged_pictures import BRIDGED_ENCODINGS, to_bgr8
from .message_kinds import Message
from .picture_input import PictureInput
from .topic_input import Arrays


class ImageInput(PictureInput):
    """Fills a picture input from sensor_msgs/Image."""

    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_image(message.data)
        data: Any = image.data
        encoding, step_bytes = image.encoding, image.step_bytes
        if encoding not in vision.ENCODINGS:
            if encoding not in BRIDGED_ENCODINGS:
                raise FrameError(
                    DropReason.ENCODING,
                    f"unknown picture encoding '{encoding}'; known are {', '.join(vision.ENCODINGS)} and, through "
                    f"cv_bridge, {', '.join(BRIDGED_ENCODINGS)}",
                    detail=encoding,
                    once=True,
                )
            data = to_bgr8(message.data, encoding)
            encoding, step_bytes = "bgr8", data.strides[0]
        try:
            placed = self._preparation.prepare(data, image.width, image.height, step_bytes, encoding, inputs)
        except HbmValueError as error:
            raise FrameError(DropReason.PICTURE, f"{error} (encoding '{image.encoding}')") from error
        return image.header, placed
