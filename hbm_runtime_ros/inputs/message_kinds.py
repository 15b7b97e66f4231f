# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The types of messages that an input topic may carry."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from .. import _wire

RAW, COMPRESSED, HBMEM, TENSORS = TRANSPORTS = ("raw", "compressed", "hbmem", "tensors")

# Those that bring pictures.
PICTURE_TRANSPORTS = (RAW, COMPRESSED, HBMEM)


@dataclass(frozen=True)
class MessageKind:
    """One type.

    Attributes:
        transport: which value of the parameter `transport` takes it.
        type_name: as `ros2 topic info` prints it.
        read_stamp_ns: reads the stamp of a serialized message.
    """

    transport: str
    type_name: str
    read_stamp_ns: Callable[[bytes], int]

    @property
    def package(self) -> str:
        """The package that the type belongs to."""
        return self.type_name.partition("/")[0]

    @property
    def installed(self) -> bool:
        """Whether that package is there."""
        return importlib.util.find_spec(self.package) is not None

    def message_type(self) -> type[Any]:
        """Return the Python class, for rclpy."""
        name = self.type_name.rpartition("/")[2]
        return getattr(importlib.import_module(f"{self.package}.msg"), name)

    @cached_property
    def room_bytes(self) -> int:
        """Size of the field `data` of a picture of hbm_img_msgs, as the installed package has it."""
        field = self.message_type().get_fields_and_field_types()["data"]
        return int(field.removeprefix("uint8[").removesuffix("]"))


def _hbmem(name: str) -> MessageKind:
    return MessageKind(HBMEM, f"hbm_img_msgs/msg/{name}", _wire.read_hbmem_stamp_ns)


# By name of the type.
KINDS = {
    kind.type_name: kind
    for kind in (
        MessageKind(RAW, "sensor_msgs/msg/Image", _wire.read_stamp_ns),
        MessageKind(COMPRESSED, "sensor_msgs/msg/CompressedImage", _wire.read_stamp_ns),
        _hbmem("HbmMsg1080P"),
        _hbmem("HbmMsg540P"),
        _hbmem("HbmMsg480P"),
        MessageKind(TENSORS, "hbm_runtime_ros/msg/TensorList", _wire.read_stamp_ns),
    )
}


class Message(NamedTuple):
    """A serialized message and what it is."""

    kind: MessageKind
    data: bytes

    def stamp_ns(self) -> int:
        """Return when its content was taken, ns since the epoch of its clock; 0 = unknown.

        Raises:
            WireError: it is too short for that.
        """
        return self.kind.read_stamp_ns(self.data)
