# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a picture message into the inputs of a model."""

from __future__ import annotations

from typing import Any

from hbm_runtime_core import HbmValueError, vision

from . import _wire
from .bridged_pictures import BRIDGED_ENCODINGS, to_bgr8
from .errors import ConfigurationError, FrameError
from .loaded_model import LoadedModel


class PictureInputs:
    """Fills the picture input of one model, in the memory of a request of its own."""

    def __init__(self, model: LoadedModel, resize: str, pad_value: int) -> None:
        self.request = model.runtime.create_request(model.name)
        self._inputs = self.request.inputs
        try:
            self._preparation = vision.for_model(
                model.runtime, model.name, resize=resize, pad_rgb=(pad_value, pad_value, pad_value)
            )
        except HbmValueError as error:
            raise ConfigurationError(f"model '{model.group}' cannot take pictures: {error}") from error
        # The mapping depends on the picture's size alone, which hardly ever changes.
        self._size = (0, 0)
        self._transform: _wire.ImageTransform | None = None

    def fill(self, message: bytes, image: _wire.Image) -> _wire.ImageTransform:
        """Write `image`, which was read from `message`, into the model's inputs and return how its pixels map.

        Raises:
            FrameError: the picture is of an unknown encoding, or not what it says.
        """
        data: Any = image.data
        encoding, step_bytes = image.encoding, image.step_bytes
        if encoding not in vision.ENCODINGS:
            if encoding not in BRIDGED_ENCODINGS:
                raise FrameError(
                    f"encoding {encoding}",
                    f"unknown picture encoding '{encoding}'; known are {', '.join(vision.ENCODINGS)} and, through "
                    f"cv_bridge, {', '.join(BRIDGED_ENCODINGS)}",
                    once=True,
                )
            data = to_bgr8(message, encoding)
            encoding, step_bytes = "bgr8", data.strides[0]
        try:
            placed = self._preparation.prepare(data, image.width, image.height, step_bytes, encoding, self._inputs)
        except HbmValueError as error:
            raise FrameError("picture", f"{error} (encoding '{image.encoding}')") from error
        if self._transform is None or self._size != (placed.src_width, placed.src_height):
            self._size = (placed.src_width, placed.src_height)
            self._transform = self._wire_transform(placed)
        return self._transform

    def _wire_transform(self, placed: vision.ImageTransform) -> _wire.ImageTransform:
        return _wire.ImageTransform(
            inputs=list(self._preparation.input_names),
            mode=placed.mode,
            source_width=placed.src_width,
            source_height=placed.src_height,
            model_width=placed.dst_width,
            model_height=placed.dst_height,
            scale_x=placed.scale_x,
            scale_y=placed.scale_y,
            pad_left=placed.pad_left,
            pad_top=placed.pad_top,
            crop_left=placed.crop_x,
            crop_top=placed.crop_y,
        )
