# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder: keeps the last frames of each model in memory, and writes them into a file when one of them fails."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import threading
import time
import traceback
import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ament_index_python.packages import get_package_share_directory
from rclpy.node import Node
from rclpy.utilities import get_rmw_implementation_identifier

from hbm_runtime_core.environment import VARIABLES
from hbm_runtime_core.whole_file import whole_file

from . import _wire
from .errors import ConfigurationError, DropReason
from .inputs.message_types import HBMEM, Message
from .monitoring.counters import NS_PER_S
from .parameters import RECORDER, RecorderParameters
from .parameters.declaration import declare
from .recording_file import FrameRecord, LogLine, Recording, kept, write_recording

if TYPE_CHECKING:
    from .decoding import DecoderSettings
    from .inputs.plan import InputTopic
    from .model_files import ModelHandle
    from .parameters import ModelParameters

# Warnings are rate-limited, so these are of minutes.
_MOST_LOG_LINES = 200
_BYTES_PER_MEGABYTE = 1_000_000
# No recording takes so long to be written.
_BEGUN_S = 600.0
_PREFIX, _SUFFIX = "recording_", ".mcap"
_REQUESTED = "request"


class Recorder:
    """Writes the recordings of a node's models, one after another in a thread of its own.

    Args:
        node: logs.
        parameters: where to write, and how much.

    Raises:
        ConfigurationError: the package `mcap` is not installed.
    """

    def __init__(self, node: Node, parameters: RecorderParameters) -> None:
        if importlib.util.find_spec("mcap") is None:
            raise ConfigurationError(
                f"parameter '{RECORDER}.directory': mcap is not installed; install it with `pip install mcap`, or leave the "
                f"parameter empty"
            )
        self._node_name = node.get_fully_qualified_name()
        self._log = node.get_logger()
        self._parameters = parameters
        self._directory = Path(os.path.expanduser(parameters.directory))
        self._writing = ThreadPoolExecutor(1, "recorder")
        self._failed = False
        self._pending: set[Future[Path]] = set()

    @classmethod
    def declare(cls, node: Node) -> Recorder | None:
        """Declare the parameters on `node`. Return its recorder, None where it is off.

        Raises:
            ConfigurationError: a parameter is not valid, or the package `mcap` is not installed.
        """
        parameters = declare(node, RecorderParameters, RECORDER)
        return cls(node, parameters) if parameters.directory else None

    def of_model(self, name: str) -> ModelRecorder:
        """Return what records the model `name`."""
        return ModelRecorder(name, self._parameters, self._submit)

    def close(self, timeout_s: float) -> None:
        """Write no more, after the recordings that are under way, but wait for these `timeout_s` at most."""
        unfinished = wait(tuple(self._pending), timeout_s).not_done
        self._writing.shutdown(wait=not unfinished, cancel_futures=True)

    def _submit(self, recording: Recording) -> Future[Path]:
        try:
            future = self._writing.submit(self._write, recording)
        except RuntimeError:
            raise ConfigurationError("the node is shutting down") from None
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    def _write(self, recording: Recording) -> Path:
        """Write a recording, and delete the oldest ones. Return its path."""
        name, reason = recording.description["name"], recording.description["reason"]
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S.%f")
        file = self._directory / f"{_PREFIX}{stamp}_{name}_{reason}{_SUFFIX}"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            description = {**describe_machine(self._node_name), **recording.description}
            with whole_file(file) as stream:
                write_recording(stream, Recording(description, recording.frames, recording.log))
            self._delete_old_files()
        except Exception as error:
            if not self._failed:  # once, until a recording is written again
                text = str(error) if isinstance(error, OSError) else f"please report it:\n{traceback.format_exc()}"
                self._log.warning(f"model '{name}': no recording in {self._directory}: {text}")
            self._failed = True
            raise
        self._failed = False
        self._log.info(
            f"model '{name}': recorded its last {len(recording.frames)} frames ({reason}) in {file}; see them again with "
            f"`hbm replay {file}`"
        )
        return file

    def _delete_old_files(self) -> None:
        """Delete the oldest recordings, and what processes that were killed have begun to write."""
        begun = [file for file in self._directory.glob(f".{_PREFIX}*.part") if time.time() - file.stat().st_mtime > _BEGUN_S]
        for file in [*sorted(self._directory.glob(f"{_PREFIX}*{_SUFFIX}"))[: -self._parameters.most_files], *begun]:
            file.unlink(missing_ok=True)  # another node may have the same directory


def describe_machine(node: str) -> dict[str, Any]:
    """Return the part of a description that does not depend on the model."""
    package = Path(get_package_share_directory("hbm_runtime_ros")) / "package.xml"
    version = ElementTree.parse(package).find("version")
    return {
        "node": node,
        "versions": {
            "hbm_runtime_ros": version.text if version is not None else "",
            "python": platform.python_version(),
            "numpy": np.__version__,
            "machine": platform.machine(),
            "ros": os.environ.get("ROS_DISTRO", ""),
            "rmw": get_rmw_implementation_identifier(),
        },
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def describe_model(
    handle: ModelHandle, parameters: ModelParameters, topics: Sequence[InputTopic], decoder: DecoderSettings
) -> Callable[[], dict[str, Any]]:
    """Return what describes a loaded model in its recordings, with the parameters of the moment.

    Args:
        handle: the model.
        parameters: of it.
        topics: that fill its inputs.
        decoder: parameters of its decoder.
    """
    # Not the handle itself, which would keep the model's memory.
    fixed = {
        "name": handle.name,
        "model_name": handle.model_name,
        "file": str(handle.file),
        "sha256": handle.sha256,
        "device": {name: str(getattr(handle.runtime, name)) for name in ("backend", "soc", "version")},
        "parameters": asdict(parameters),
        "topics": [asdict(each) for each in topics],
    }
    return lambda: {**fixed, "decoder": {**asdict(decoder.fixed), **asdict(decoder.thresholds.current)}}


class ModelRecorder:
    """The last frames of one model. Any thread may use it.

    It keeps the messages themselves, whose memory the subscription reuses when they leave; only those that are lent by
    their publishers are copied.

    Args:
        model: name.
        parameters: how much to keep.
        write: writes a recording in another thread.
        now: a monotonic clock, ns, as the times of the frames.
    """

    def __init__(
        self,
        model: str,
        parameters: RecorderParameters,
        write: Callable[[Recording], Future[Path]],
        now: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._model = model
        self._most_ns = round(parameters.seconds * NS_PER_S)
        self._most_bytes = parameters.megabytes * _BYTES_PER_MEGABYTE
        self._interval_ns = round(parameters.interval_s * NS_PER_S)
        self._write = write
        self._now = now
        self._lock = threading.Lock()
        self._describe: Callable[[], Mapping[str, Any]] | None = None
        self._frames: deque[tuple[int, int, FrameRecord]] = deque()  # when they ended, ns, and the bytes of their messages
        self._bytes = 0
        self._log: deque[LogLine] = deque(maxlen=_MOST_LOG_LINES)
        self._next_ns: dict[DropReason, int] = {}
        self._writing: Future[Path] | None = None
        self.last_file = ""

    def restart(self, describe: Callable[[], Mapping[str, Any]] | None) -> None:
        """Forget the frames of the model that was loaded before.

        Args:
            describe: of the one that is loaded now, see describe_model(); None: there is none.
        """
        with self._lock:
            self._describe = describe
            self._frames.clear()
            self._bytes = 0

    def keep(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages of a frame so that they can be kept; none where one of them has been overwritten."""
        for message in messages:
            if message.type.transport == HBMEM:  # no others are lent
                copies = [kept(each) for each in messages]
                return () if None in copies else tuple(each for each in copies if each is not None)
        return messages

    def digests(self, outputs: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, str]:
        """Return what distinguishes the outputs of a frame from others."""
        return {name: _wire.digest(array) for name, array in outputs.items()}

    def logging(self, log: Callable[[str], Any]) -> Callable[[str], Any]:
        """Return what calls `log`, and keeps the text."""

        def log_and_keep(text: str) -> None:
            with self._lock:
                self._log.append(LogLine(time.time_ns(), text))
            log(text)

        return log_and_keep

    def add(self, frame: FrameRecord) -> None:
        """Keep a frame that has ended. If it has failed, the last ones are written."""
        size_bytes = 0
        for message in frame.messages:
            size_bytes += len(message.data)
        if size_bytes > self._most_bytes:
            frame, size_bytes = frame._replace(messages=()), 0
        with self._lock:
            now_ns = self._now()
            self._frames.append((now_ns, size_bytes, frame))
            self._bytes += size_bytes
            while self._bytes > self._most_bytes or self._frames[0][0] < now_ns - self._most_ns:
                self._bytes -= self._frames.popleft()[1]
            if not self._is_to_be_written(frame.drop, now_ns):
                return
        with contextlib.suppress(ConfigurationError):  # the node ends
            self._write_last(str(frame.drop))

    def record(self) -> Future[Path]:
        """Write the last frames now. Return the file, once it is complete.

        Raises:
            ConfigurationError: there are none, or the node ends.
        """
        return self._write_last(_REQUESTED)

    def _is_to_be_written(self, drop: DropReason | None, now_ns: int) -> bool:
        if drop is None or not drop.is_a_fault or now_ns < self._next_ns.get(drop, now_ns):
            return False
        if self._writing is not None and not self._writing.done():
            return False  # memory holds what is being written and what may be written next, not more
        self._next_ns[drop] = now_ns + self._interval_ns
        return True

    def _write_last(self, reason: str) -> Future[Path]:
        with self._lock:
            # Two threads work on the frames of a model.
            frames = sorted((frame for _, _, frame in self._frames), key=lambda frame: frame.timeline.sequence)
            if not frames or self._describe is None:
                raise ConfigurationError(f"model '{self._model}' has had no frame since it was loaded")
            recording = Recording({**self._describe(), "reason": reason}, frames, tuple(self._log))
            self._writing = future = self._write(recording)
        future.add_done_callback(self._written)
        return future

    def _written(self, future: Future[Path]) -> None:
        if not future.cancelled() and future.exception() is None:
            self.last_file = str(future.result())
