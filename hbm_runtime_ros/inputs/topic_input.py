# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of input topic has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

from .. import _wire


class Filled(NamedTuple):
    """What a message told besides its data."""

    header: _wire.FrameHeader
    transform: _wire.ImageTransform | None  # of a picture


class TopicInput(ABC):
    """Fills inputs of one request from the messages of one topic."""

    message_type: ClassVar[type[Any]]

    @staticmethod
    @abstractmethod
    def stamp_ns(message: bytes) -> int:
        """Return when the content of the serialized `message` was taken, ns since the epoch of its clock; 0 = unknown.

        Raises:
            WireError: the message is too short for it.
        """

    @property
    @abstractmethod
    def input_names(self) -> tuple[str, ...]:
        """Names of the model's inputs that are filled."""

    @abstractmethod
    def fill(self, message: bytes) -> Filled:
        """Write the content of the serialized `message` into the inputs.

        Raises:
            FrameError: the content does not fit the model, or is not what it says.
            WireError: the bytes are no such message.
        """
