# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of hbm_img_msgs, which the drivers of the boards send through shared memory."""

from __future__ import annotations

from hbm_runtime_core import vision

from .. import _wire
from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason
from .message_kinds import Message
from .picture_input import PictureInput
from .topic_input import Arrays


class HbmemInput(PictureInput):
    """Fills a picture input from hbm_img_msgs/HbmMsg1080P, HbmMsg540P or HbmMsg480P.

    They name no frame: without `frame_id` the result carries the number of the picture in its place.
    """

    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_hbmem_image(message.data, message.kind.room_bytes)
        encoding = image.encoding.decode("ascii", "backslashreplace")
        if not 0 < image.data_size_bytes <= message.kind.room_bytes:
            raise FrameError(
                DropReason.PICTURE,
                f"field data_size of {message.kind.type_name} says {image.data_size_bytes} bytes, expected 1 to "
                f"{message.kind.room_bytes}",
            )
        data = image.room[: image.data_size_bytes]
        placed = self._preparation.prepare(data, image.width, image.height, image.step_bytes, encoding, inputs)
        frame_id = self._frame_id or str(image.index)
        return _wire.FrameHeader(image.stamp_sec, image.stamp_nanosec, frame_id), placed
