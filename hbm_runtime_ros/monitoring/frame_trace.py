# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the way of each frame as a Chrome trace, for Perfetto and chrome://tracing."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .frame_record import FrameRecord

_NS_PER_US = 1000
_END = b"\n]\n"
# The simulator numbers its cores from 1, and thread ids of Linux may be as small in a container.
_LANES = 1_000_000


class FrameTrace:
    """A file of slices: what each thread of each model did with which frame. Times are µs of CLOCK_MONOTONIC.

    Where the file is also the simulator's (HBM_SIM_TRACE), both add to it, and the simulator closes it at the end of the
    process. A file of its own is complete JSON after every frame, however the process ends. Nothing is kept in memory.

    Args:
        path: of the file; %p becomes the number of the process.
        process_name: what the viewer calls a file of its own.
        warn: told where the file cannot be written; the node goes on without.
    """

    def __init__(self, path: str, process_name: str, warn: Callable[[str], Any]) -> None:
        self._path = expanded(path)
        simulator = os.environ.get("HBM_SIM_TRACE", "")
        self._shared = bool(simulator) and _same_file(expanded(simulator), self._path)
        self._process_name = process_name
        self._warn = warn
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._file: int | None = None
        self._closed = False
        self._lanes: dict[str, int] = {}

    def of_model(self, model: str) -> Callable[[FrameRecord], None]:
        """Return what writes the frames of `model`, from any of its threads."""
        return lambda record: self._write_frame(model, record)

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _write_frame(self, model: str, record: FrameRecord) -> None:
        with self._lock:
            if self._closed:
                return
            try:
                if self._file is None:
                    self._open()
                self._append(self._frame(model, threading.current_thread().name, record))
            except OSError as error:
                self._closed = True
                self._warn(f"parameter 'trace_file': the trace to {self._path} ends here: {error}")

    def _open(self) -> None:
        # With the first frame, because the simulator empties its file when it is first used.
        flags = os.O_APPEND if self._shared else os.O_TRUNC
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o666)
        if not self._shared:
            name = {"ph": "M", "name": "process_name", "pid": self._pid, "args": {"name": self._process_name}}
            os.write(self._file, b"[\n" + _text(name) + _END)

    def _append(self, events: list[dict[str, Any]]) -> None:
        assert self._file is not None
        text = b"".join(b",\n" + _text(event) for event in events)
        if not self._shared:
            os.lseek(self._file, -len(_END), os.SEEK_END)
            text += _END
        # In one piece: the simulator's threads write to the same file.
        os.write(self._file, text)

    def _frame(self, model: str, thread: str, record: FrameRecord) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        lane = self._lane(thread, events)
        arguments = {"model": model, "sequence": record.sequence, "stamp": record.stamp}
        common = {"cat": "node", "pid": self._pid, "tid": lane}

        def add(name: str, start_ns: int, end_ns: int) -> None:
            events.append(
                {"ph": "X", "name": name, **common, "ts": _us(start_ns), "dur": _us(end_ns - start_ns), "args": arguments}
            )

        # Waits of one model overlap where its queue is deeper than 1, which slices of one track must not.
        wait = {"name": f"{model} waits", "cat": "queue", "pid": self._pid, "tid": lane, "id": f"{model}/{record.sequence}"}
        events.append({"ph": "b", **wait, "ts": _us(record.received), "args": arguments})
        events.append({"ph": "e", **wait, "ts": _us(record.taken)})
        add(f"{model} #{record.sequence}", record.taken, record.published)
        add("prepare", record.taken, record.prepared)
        add("run", record.run_begun, record.run_ended)
        add("device", record.submitted, record.device_done)
        add("wait for turn", record.run_ended, record.publish_begun)
        add("publish", record.publish_begun, record.published)
        return events

    def _lane(self, thread: str, events: list[dict[str, Any]]) -> int:
        lane = self._lanes.get(thread)
        if lane is None:
            lane = self._lanes[thread] = _LANES + len(self._lanes)
            events.append({"ph": "M", "name": "thread_name", "pid": self._pid, "tid": lane, "args": {"name": thread}})
        return lane


def expanded(path: str) -> str:
    """Return `path` with the number of this process for %p, as the simulator reads HBM_SIM_TRACE."""
    return path.replace("%p", str(os.getpid()), 1)


def _same_file(a: str, b: str) -> bool:
    return Path(a).resolve() == Path(b).resolve()


def _us(ns: int) -> float:
    return ns / _NS_PER_US


def _text(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()
