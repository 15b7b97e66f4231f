# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures: raw, compressed, and those of hbm_img_msgs. The core converts them; this reads the messages around them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from hbm_runtime_core import HbmEncodingError, HbmValueError, vision

from .. import _wire
from ..errors import DropReason, FrameError
from ..monitoring.health import ThrottledLogger
from .message_types import Arrays, FilledInput, Message, MessageReader, PlacedPicture

if TYPE_CHECKING:
    from hbm_runtime_core.overlay import Canvas


class PictureReader(MessageReader):
    """Fills the picture input of a model.

    Args:
        preparation: of the picture; the readers of one topic and thread share it.
        frame_id: for pictures that name none.
        picture_range: of pictures whose encoding is YUV.
        log: for pictures whose description is corrected.
    """

    def __init__(
        self, preparation: vision.PicturePreparation, frame_id: str, picture_range: str, log: ThrottledLogger
    ) -> None:
        self._preparation = preparation
        self._frame_id = frame_id
        self._picture_range = picture_range
        self._log = log
        # It depends on the picture's size alone, which hardly ever changes.
        self._size = (0, 0)
        self._placed: PlacedPicture | None = None

    def fill(self, message: Message, inputs: Arrays) -> FilledInput:
        """Write the picture in `message` into `inputs`."""
        try:
            header, placed = self._prepare(message, inputs)
        except HbmEncodingError as error:
            raise FrameError(DropReason.ENCODING, str(error), detail=error.kind, once=True) from error
        except HbmValueError as error:
            raise FrameError(DropReason.PICTURE, str(error)) from error
        correction = self._preparation.last_correction
        if correction:
            names = ", ".join(f"'{name}'" for name in self._preparation.input_names)
            text = f"the picture for {names} is used, but {correction}; let its sender correct that"
            self._log.warning(f"correction {correction}", text, once=True)
        if self._frame_id and not header.frame_id:
            header = _wire.FrameHeader(header.stamp_sec, header.stamp_nanosec, self._frame_id)
        return FilledInput(header, self._with_message(placed))

    @abstractmethod
    def _prepare(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        """Convert the picture in `message`. Errors of the core may pass as they are."""

    def _with_message(self, placed: vision.ImageTransform) -> PlacedPicture:
        size = (placed.src_width, placed.src_height)
        if self._placed is None or self._size != size:
            self._size = size
            self._placed = PlacedPicture(placed, transform_message(placed, self._preparation.input_names))
        return self._placed


def transform_message(placed: vision.ImageTransform, input_names: tuple[str, ...]) -> _wire.ImageTransform:
    """Return the fields of msg/ImageTransform for a picture that fills the inputs `input_names`."""
    return _wire.ImageTransform(
        inputs=list(input_names),
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


class ImageReader(PictureReader):
    """Reads sensor_msgs/Image."""

    def _prepare(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
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

    def load_picture(self, message: Message, canvas: Canvas) -> bool:
        """Load the picture in `message` into `canvas`."""
        image = _wire.parse_image(message.data)
        canvas.load(
            image.data,
            image.width,
            image.height,
            image.step_bytes,
            image.encoding,
            picture_range=self._picture_range,
            big_endian=image.is_bigendian,
        )
        return True


class CompressedImageReader(PictureReader):
    """Reads sensor_msgs/CompressedImage.

    The first bytes show the codec; the field `format` says what the pixels are, and drivers fill it in many ways.
    """

    def _prepare(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image = _wire.parse_compressed_image(message.data)
        return image.header, self._preparation.prepare_compressed(image.data, inputs, image.format)

    def load_picture(self, message: Message, canvas: Canvas) -> bool:
        """Load the picture in `message` into `canvas`."""
        image = _wire.parse_compressed_image(message.data)
        canvas.load_compressed(image.data, image.format)
        return True


class HbmemReader(PictureReader):
    """Reads hbm_img_msgs/HbmMsg1080P, HbmMsg540P and HbmMsg480P.

    They name no coordinate frame: without `frame_id` the result has the number of the picture in its place.
    """

    def _prepare(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        image, data, encoding = _parse_hbmem(message)
        placed = self._preparation.prepare(data, image.width, image.height, image.step_bytes, encoding, inputs)
        # Only a loan can change; the copy in `inputs` may be of two pictures then.
        if not _is_intact(message):
            raise FrameError(DropReason.NEWER_FRAME, "the publisher has overwritten the picture that it had lent")
        return _wire.FrameHeader(image.stamp_sec, image.stamp_nanosec, self._frame_id or str(image.index)), placed

    def load_picture(self, message: Message, canvas: Canvas) -> bool:
        """Load the picture in `message` into `canvas`. Return False where its publisher has overwritten it meanwhile."""
        image, data, encoding = _parse_hbmem(message)
        canvas.load(data, image.width, image.height, image.step_bytes, encoding, picture_range=self._picture_range)
        return _is_intact(message)


def _parse_hbmem(message: Message) -> tuple[_wire.HbmemImage, np.ndarray[Any, Any], str]:
    """Return the message, the bytes of its picture and their encoding."""
    capacity_bytes = message.type.capacity_bytes
    image = _wire.parse_hbmem_image(message.data, capacity_bytes)
    if not 0 < image.data_size_bytes <= capacity_bytes:
        raise FrameError(
            DropReason.PICTURE,
            f"field data_size of {message.type.type_name}: expected 1 to {capacity_bytes} bytes, "
            f"got {image.data_size_bytes}",
        )
    return image, image.room[: image.data_size_bytes], image.encoding.decode("ascii", "backslashreplace")


def _is_intact(message: Message) -> bool:
    return bool(getattr(message.data, "intact", True))
