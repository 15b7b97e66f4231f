# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The message types that an input topic can have, and the interface of what reads them."""

from __future__ import annotations

import importlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from hbm_runtime_core import vision

from .. import _rcl, _wire

if TYPE_CHECKING:
    from hbm_runtime_core.overlay import Canvas

# A serialized message, or the C struct of a message where the middleware lends it.
Buffer: TypeAlias = bytes | memoryview | _rcl.Message

RAW, COMPRESSED, HBMEM, TENSORS = TRANSPORTS = ("raw", "compressed", "hbmem", "tensors")

# Those with pictures.
PICTURE_TRANSPORTS = (RAW, COMPRESSED, HBMEM)


@dataclass(frozen=True)
class MessageType:
    """One message type.

    Attributes:
        transport: value of the parameter `transport` that selects it.
        type_name: as `ros2 topic info` prints it.
        read_stamp_ns: reads the stamp of a serialized message.
    """

    transport: str
    type_name: str
    read_stamp_ns: Callable[[Buffer], int]

    @property
    def package(self) -> str:
        """The package that the type belongs to."""
        return self.type_name.partition("/")[0]

    @property
    def installed(self) -> bool:
        """Whether that package is installed."""
        return importlib.util.find_spec(self.package) is not None

    def python_type(self) -> type[Any]:
        """Return the Python class, for rclpy."""
        name = self.type_name.rpartition("/")[2]
        return getattr(importlib.import_module(f"{self.package}.msg"), name)

    @cached_property
    def capacity_bytes(self) -> int:
        """Size of the field `data` of a picture of hbm_img_msgs, as the installed package has it."""
        field = self.python_type().get_fields_and_field_types()["data"]
        return int(field.removeprefix("uint8[").removesuffix("]"))


def _hbmem(name: str) -> MessageType:
    return MessageType(HBMEM, f"hbm_img_msgs/msg/{name}", _wire.read_hbmem_stamp_ns)


# By name of the type.
MESSAGE_TYPES = {
    message_type.type_name: message_type
    for message_type in (
        MessageType(RAW, "sensor_msgs/msg/Image", _wire.read_stamp_ns),
        MessageType(COMPRESSED, "sensor_msgs/msg/CompressedImage", _wire.read_stamp_ns),
        _hbmem("HbmMsg1080P"),
        _hbmem("HbmMsg540P"),
        _hbmem("HbmMsg480P"),
        MessageType(TENSORS, "hbm_runtime_ros/msg/TensorList", _wire.read_stamp_ns),
    )
}


class Message(NamedTuple):
    """A message of a topic, as it was taken."""

    type: MessageType
    data: Buffer
    arrived_ns: int = 0  # at the middleware of this process, CLOCK_MONOTONIC; 0 = it came from no topic

    def stamp_ns(self) -> int:
        """Return when its content was recorded, ns since the epoch of the sender's clock; 0 = unknown.

        Raises:
            WireError: the message is too short for it.
        """
        return self.type.read_stamp_ns(self.data)


# Name of a model's input to its array, such as InferRequest.inputs.
Arrays = Mapping[str, np.ndarray[Any, Any]]


class PlacedPicture(NamedTuple):
    """Where the pixels of a picture lie in the model's input."""

    transform: vision.ImageTransform
    message: _wire.ImageTransform  # the same for results


class FilledInput(NamedTuple):
    """What a message contained besides its data."""

    header: _wire.FrameHeader
    picture: PlacedPicture | None  # None: tensors


class MessageReader(ABC):
    """Fills inputs of a model from messages of one type. One thread at a time uses it."""

    @abstractmethod
    def fill(self, message: Message, inputs: Arrays) -> FilledInput:
        """Write the content of `message` into `inputs`.

        Raises:
            FrameError: the content does not fit the model, or contradicts itself.
            WireError: the bytes are no such message.
        """

    def shapes(self, message: Message) -> Mapping[str, tuple[int, ...]]:
        """Return the shapes of the inputs whose shape the sender chooses.

        Raises:
            FrameError: the content does not fit the model, or contradicts itself.
            WireError: the bytes are no such message.
        """
        return {}

    def load_picture(self, message: Message, canvas: Canvas) -> bool:
        """Load the picture in `message` into `canvas`. Return False where there is none.

        Raises:
            FrameError, WireError, HbmValueError: it cannot be read.
        """
        return False
