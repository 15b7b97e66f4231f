# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as sensor_msgs/Image: every encoding of the core, and others through cv_bridge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sensor_msgs.msg import Image

from hbm_runtime_core import HbmValueError, vision

from .. import _wire
from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason
from .bridged_pictures import BRIDGED_ENCODINGS, to_bgr8
from .topic_input import Filled, TopicInput
from .wire_transform import WireTransform


class ImageInput(TopicInput):
    """Fills the picture input of one request."""

    message_type = Image

    def __init__(self, preparation: vision.PicturePreparation, inputs: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self._preparation = preparation
        self._inputs = inputs
        self._transform = WireTransform(preparation.input_names)

    @staticmethod
    def stamp_ns(message: bytes) -> int:
        return _wire.read_stamp_ns(message)

    @property
    def input_names(self) -> tuple[str, ...]:
        return self._preparation.input_names

    def fill(self, message: bytes) -> Filled:
        image = _wire.parse_image(message)
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
            data = to_bgr8(message, encoding)
            encoding, step_bytes = "bgr8", data.strides[0]
        try:
            placed = self._preparation.prepare(data, image.width, image.height, step_bytes, encoding, self._inputs)
        except HbmValueError as error:
            raise FrameError(DropReason.PICTURE, f"{error} (encoding '{image.encoding}')") from error
        return Filled(image.header, self._transform.of(placed))
