# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of picture has in common."""

from __future__ import annotations

from abc import abstractmethod

from rclpy.logging import get_logger

from hbm_runtime_core import HbmEncodingError, HbmValueError, vision

from .. import _wire
from ..errors import FrameError
from ..monitoring.drop_reasons import DropReason
from .message_kinds import Message
from .topic_input import Arrays, Filled, TopicInput
from .wire_transform import WireTransform

# Of the whole process: every request of a model has an input of its own, and one line is enough for all of them.
_LOGGED: set[str] = set()


class PictureInput(TopicInput):
    """Fills the picture input of a model.

    Args:
        preparation: of the picture; kinds of messages of one topic share it.
        frame_id: for pictures that name none.
    """

    def __init__(self, preparation: vision.PicturePreparation, frame_id: str) -> None:
        self._preparation = preparation
        self._frame_id = frame_id
        self._transform = WireTransform(preparation.input_names)

    def fill(self, message: Message, inputs: Arrays) -> Filled:
        """Write the picture in `message` into `inputs`."""
        try:
            header, placed = self._place(message, inputs)
        except HbmEncodingError as error:
            raise FrameError(DropReason.ENCODING, str(error), detail=error.kind, once=True) from error
        except HbmValueError as error:
            raise FrameError(DropReason.PICTURE, str(error)) from error
        self._log_once(self._preparation.last_correction)
        return Filled(self._named(header), self._transform.of(placed))

    @abstractmethod
    def _place(self, message: Message, inputs: Arrays) -> tuple[_wire.FrameHeader, vision.ImageTransform]:
        """Prepare the picture in `message`. What the core refuses may pass as it is."""

    def _log_once(self, correction: str) -> None:
        if not correction:
            return
        inputs = ", ".join(f"'{name}'" for name in self._preparation.input_names)
        text = f"the picture for {inputs} is used, but {correction}; let its sender correct that"
        if text not in _LOGGED:
            _LOGGED.add(text)
            get_logger("hbm_inference").warning(text)

    def _named(self, header: _wire.FrameHeader) -> _wire.FrameHeader:
        if header.frame_id or not self._frame_id:
            return header
        return _wire.FrameHeader(header.stamp_sec, header.stamp_nanosec, self._frame_id)
