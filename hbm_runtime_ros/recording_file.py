# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings: MCAP files with the last frames of a model, which `ros2 bag` and Foxglove read and `hbm replay` repeats.

Everything in them is a ROS message, because rosbag2 refuses files with several encodings: the messages of the input topics
as they arrived, the log as rcl_interfaces/Log, and each frame as JSON in a std_msgs/String. A metadata record describes the
model and the machine.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

import numpy as np
from rcl_interfaces.msg import Log
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import String

from . import _wire
from .errors import DropReason, printable
from .inputs.message_types import MESSAGE_TYPES, Message
from .monitoring.counters import NS_PER_S, FrameTimeline
from .parameters import Scheduling

FRAMES_TOPIC = "frames"
_LOG_TOPIC = "/rosout"
_WARNING = 30  # Log.WARN, which is bytes in Humble
_METADATA = "hbm_runtime_ros recording"
# Changes when programs of the version before cannot read a recording.
_FORMAT = "1"
_CDR_HEAD_BYTES = 4
# Of the fields before the picture in hbm_img_msgs, serialized.
_HBMEM_HEAD_BYTES = _CDR_HEAD_BYTES + 40
# sequence<T>, sequence<T, most>, T[length]; T may be a string<longest>.
_FIELD_TYPE = re.compile(
    r"(?P<sequence>sequence<)?(?P<name>[\w/]+)(<(?P<longest>\d+)>)?(, (?P<most>\d+))?>?(?P<array>\[\d+\])?"
)
_PRIMITIVES = {"boolean": "bool", "octet": "byte", "float": "float32", "double": "float64"}
_SEPARATOR = "=" * 80


class RecordingError(ValueError):
    """A file is no recording, or cannot be repeated here. The text names it and what to do."""


class RecordedError(NamedTuple):
    """The error that a frame ended with."""

    kind: str  # name of its class
    text: str
    code: int | None  # of the C API
    function: str | None  # of the C API

    @classmethod
    def of(cls, error: Exception) -> RecordedError:
        """Return what a recording keeps of `error`."""
        code, function = getattr(error, "code", None), getattr(error, "function", None)
        return cls(type(error).__name__, printable(str(error)), code, function)

    def __str__(self) -> str:
        answer = f" ({self.function} {self.code})" if self.function else ""
        return f"{self.kind}{answer}: {self.text}"


class FrameRecord(NamedTuple):
    """One frame: what came, how it was scheduled, and what it ended with.

    Attributes:
        messages: one of each topic; empty where they could not be kept.
        scheduling: as it was submitted with.
        timeline: its number and times.
        drop: why there is no result; None: there is one.
        error: of a frame that was dropped because of one.
        digests: of the outputs by their names; empty where there are none.
    """

    messages: tuple[Message, ...]
    scheduling: Scheduling
    timeline: FrameTimeline
    drop: DropReason | None
    error: RecordedError | None
    digests: Mapping[str, str]


class LogLine(NamedTuple):
    """A warning about the frames of a model."""

    time_ns: int
    text: str


@dataclass(frozen=True)
class Recording:
    """What a file contains.

    Attributes:
        description: of the model, its parameters, the reason of the recording and the machine, as JSON has it.
        frames: in their order.
        log: of the model, in its order.
    """

    description: Mapping[str, Any]
    frames: Sequence[FrameRecord]
    log: Sequence[LogLine] = ()


def write_recording(stream: IO[bytes], recording: Recording) -> None:
    """Write a complete MCAP file.

    Raises:
        OSError: it cannot be written.
    """
    from mcap.writer import CompressionType, Writer

    # Pictures hardly shrink, and compressing them would take the time of the models.
    writer = Writer(stream, compression=CompressionType.NONE, enable_data_crcs=True)
    writer.start(profile="ros2", library="hbm_runtime_ros")
    description = recording.description
    writer.add_metadata(_METADATA, {"format": _FORMAT, **{key: json.dumps(value) for key, value in description.items()}})
    channels = _Channels(writer)
    numbers: dict[int, int] = {}  # of the messages that are written, by identity: frames may share them
    for frame in recording.frames:
        time_ns = frame.timeline.received_ns
        for topic, message in zip(description["topics"], frame.messages):
            if id(message.data) not in numbers:
                numbers[id(message.data)] = number = len(numbers) + 1
                channel = channels.of(topic["topic"], message.type.type_name, message.type.python_type())
                writer.add_message(channel, time_ns, _complete(message), time_ns, number)
        text = json.dumps(_as_json(frame, [numbers[id(message.data)] for message in frame.messages]))
        channel = channels.of(f"{description['node']}/{description['name']}/{FRAMES_TOPIC}", "std_msgs/msg/String", String)
        writer.add_message(channel, time_ns, serialize_message(String(data=text)), time_ns, frame.timeline.sequence)
    for line in recording.log:
        log = Log(level=_WARNING, name=description["node"], msg=line.text)
        log.stamp.sec, log.stamp.nanosec = divmod(line.time_ns, NS_PER_S)
        channel = channels.of(_LOG_TOPIC, "rcl_interfaces/msg/Log", Log)
        writer.add_message(channel, line.time_ns, serialize_message(log), line.time_ns)
    writer.finish()  # type: ignore[no-untyped-call]


class _Channels:
    """The channels of a file, one for each topic and type."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._schemas: dict[str, int] = {}
        self._channels: dict[tuple[str, str], int] = {}

    def of(self, topic: str, type_name: str, message_type: type[Any]) -> int:
        """Return the number of a channel."""
        if type_name not in self._schemas:
            schema = message_definition(message_type).encode()
            self._schemas[type_name] = self._writer.register_schema(type_name, "ros2msg", schema)
        if (topic, type_name) not in self._channels:
            self._channels[topic, type_name] = self._writer.register_channel(topic, "cdr", self._schemas[type_name])
        return self._channels[topic, type_name]


def _complete(message: Message) -> Any:
    """Return a serialized message, for mcap, which takes any bytes. A copy of kept() lacks what is unused in its message."""
    if isinstance(message.data, memoryview):
        return bytes(message.data) + bytes(_HBMEM_HEAD_BYTES + message.type.capacity_bytes - len(message.data))
    return memoryview(message.data)


def _as_json(frame: FrameRecord, messages: Sequence[int]) -> dict[str, Any]:
    return {
        "sequence": frame.timeline.sequence,
        "messages": messages,
        "drop": frame.drop,
        "error": frame.error and frame.error._asdict(),
        "digests": frame.digests,
        "scheduling": dataclasses.asdict(frame.scheduling),
        "timeline": dataclasses.asdict(frame.timeline),
    }


def message_definition(message_type: type[Any]) -> str:
    """Return the definition of a message and of those in it, as MCAP's encoding `ros2msg` has it."""
    parts: dict[str, str] = {}
    waiting = [message_type]
    while waiting:
        current = waiting.pop(0)
        fields = []
        for name, rosidl_type in current.get_fields_and_field_types().items():
            text, inner = _field_type(rosidl_type)
            fields.append(f"{text} {name}")
            if inner is not None:
                waiting.append(inner)
        parts.setdefault(f"{current.__module__.partition('.')[0]}/{current.__name__}", "\n".join(fields))
    first, *others = parts.items()
    return "\n".join([first[1], *(f"{_SEPARATOR}\nMSG: {name}\n{text}" for name, text in others)])


def _field_type(rosidl_type: str) -> tuple[str, type[Any] | None]:
    """Return the type of a field as a .msg file has it, and the class of the message where it is one."""
    match = _FIELD_TYPE.fullmatch(rosidl_type)
    if match is None:
        raise ValueError(f"unknown type of a field '{rosidl_type}'")
    name, longest, most = match["name"], match["longest"], match["most"]
    text = _PRIMITIVES.get(name, name) + (f"<={longest}" if longest else "") + (match["array"] or "")
    if match["sequence"]:
        text += f"[<={most}]" if most else "[]"
    package, slash, message = name.partition("/")
    return text, getattr(importlib.import_module(f"{package}.msg"), message) if slash else None


def read_recording(path: str | os.PathLike[str]) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: the file cannot be read, is damaged, or is no recording.
    """
    from mcap.exceptions import EndOfFile, InvalidMagic, McapError

    try:
        with open(path, "rb") as stream:
            return _read(stream)
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror}") from None
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None
    except InvalidMagic:
        raise RecordingError(f"{path}: expected an MCAP file, got another one") from None
    except EndOfFile:
        raise RecordingError(f"{path}: expected a complete MCAP file, got one without its end") from None
    # Whatever the bytes of others lead to, in the library or here.
    except (McapError, ValueError, TypeError, LookupError, AttributeError, MemoryError, RuntimeError, struct.error) as error:
        raise RecordingError(f"{path}: damaged recording: {type(error).__name__}: {error}") from error


def _read(stream: IO[bytes]) -> Recording:
    from mcap.records import Channel, Metadata, Schema
    from mcap.records import Message as McapMessage
    from mcap.stream_reader import StreamReader

    schemas: dict[int, Schema] = {}
    channels: dict[int, Channel] = {}
    found: list[McapMessage] = []
    description: dict[str, Any] = {}
    # No record is larger than the file, whatever a damaged one claims.
    size_bytes = max(1, os.fstat(stream.fileno()).st_size)
    for record in StreamReader(stream, validate_crcs=True, record_size_limit=size_bytes).records:
        if isinstance(record, Schema):
            schemas[record.id] = record
        elif isinstance(record, Channel):
            channels[record.id] = record
        elif isinstance(record, McapMessage):
            found.append(record)
        elif isinstance(record, Metadata) and record.name == _METADATA:
            description = _described(record.metadata)
    if not description:
        raise RecordingError("expected a recording of the inference node, got another MCAP file; see `ros2 bag play`")
    topics = {topic["topic"] for topic in description["topics"]}
    messages: dict[int, Message] = {}
    frames: list[FrameRecord] = []
    log: list[LogLine] = []
    for each in found:
        channel = channels[each.channel_id]
        if channel.topic in topics:
            messages[each.sequence] = Message(MESSAGE_TYPES[schemas[channel.schema_id].name], each.data)
        elif channel.topic == _LOG_TOPIC:
            log.append(LogLine(each.log_time, deserialize_message(each.data, Log).msg))
        elif channel.topic.endswith(f"/{FRAMES_TOPIC}"):
            frames.append(_from_json(json.loads(deserialize_message(each.data, String).data), messages))
    return Recording(description, frames, log)


def _described(metadata: Mapping[str, str]) -> dict[str, Any]:
    if metadata.get("format") != _FORMAT:
        raise RecordingError(
            f"format of the recording must be {_FORMAT}, got {metadata.get('format')}; use the version that wrote it"
        )
    return {key: json.loads(value) for key, value in metadata.items() if key != "format"}


def _from_json(values: Mapping[str, Any], messages: Mapping[int, Message]) -> FrameRecord:
    scheduling = {**values["scheduling"], "bpu_cores": tuple(values["scheduling"]["bpu_cores"])}
    return FrameRecord(
        messages=tuple(messages[number] for number in values["messages"]),
        scheduling=Scheduling(**scheduling),
        timeline=FrameTimeline(**values["timeline"]),
        drop=DropReason(values["drop"]) if values["drop"] else None,
        error=RecordedError(**values["error"]) if values["error"] else None,
        digests=values["digests"],
    )


def kept(message: Message) -> Message | None:
    """Return a message that can be kept: itself or, where it is a loan whose memory its publisher reuses, a copy of it as it
    is serialized, up to the end of its picture: a memoryview. None where that memory was reused already.
    """
    if not getattr(message.data, "loaned", False):
        return message
    source = np.frombuffer(memoryview(message.data), np.uint8)
    try:
        image = _wire.parse_hbmem_image(message.data, message.type.capacity_bytes)
    except _wire.WireError:
        return None
    used = len(source) - len(image.room) + min(image.data_size_bytes, len(image.room))
    copy = np.empty(_CDR_HEAD_BYTES + used, np.uint8)
    # The struct has the layout of plain CDR: every field is aligned to its size, and no field has a length before it.
    copy[:_CDR_HEAD_BYTES] = 0, 1, 0, 0
    copy[_CDR_HEAD_BYTES:] = source[:used]  # without the GIL
    return message._replace(data=copy.data) if message.data.intact else None  # type: ignore[union-attr]
