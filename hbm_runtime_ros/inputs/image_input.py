# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as sensor_msgs/Image, in every encoding of the core."""

from __future__ import annotations

from hbm_runtime_core import vision

from .. import _wire
from .message_kinds import Message
from .picture_input import PictureInput
from .topic_input import Arrays


class ImageInput(PictureInput):
    """Fills a picture input from sensor_msgs/Image."""

    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_image(message.data)
        placed = self._preparation.prepare(
            image.data,
            image.width,
            image.height,
            image.step_bytes,
            image.encoding,
            inputs,
            big_endian=image.is_bigendian,
        )
        return image.header, placed
