# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as sensor_msgs/CompressedImage. A JPEG goes into the model as YUV, all else through OpenCV as blue, green and
red."""

from __future__ import annotations

from hbm_runtime_core import vision

from .. import _wire
from .message_kinds import Message
from .picture_input import PictureInput
from .topic_input import Arrays


class CompressedInput(PictureInput):
    """Fills a picture input from sensor_msgs/CompressedImage.

    The first bytes show which codec it is; the field `format` states what its pixels are, and drivers fill it in many ways.
    """

    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_compressed_image(message.data)
        return image.header, self._preparation.prepare_compressed(image.data, inputs, image.format)
