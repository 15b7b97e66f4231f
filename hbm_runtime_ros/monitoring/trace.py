# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the stages of each frame as a Chrome trace, for Perfetto and chrome://tracing."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .counters import NS_PER_US, FrameTimeline

_END = b"\n]\n"
# The simulator numbers its cores from 1, and thread ids of Linux may be as small in a container.
_LANES = 1_000_000


class FrameTrace:
    """A file of slices: what each thread of each model did with which frame. Times are µs of CLOCK_MONOTONIC.

    Where the file is also the simulator's (HBM_SIM_TRACE), both add to it, and the simulator closes it at the end of the
    process. A separate file is complete JSON after every frame, however the process ends. Nothing is kept in memory.

    Args:
        path: of the file; %p becomes the process id.
        process_name: name of the process in a separate file.
        warn: called where the file cannot be written; the node continues without it.
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

    def of_model(self, model: str) -> Callable[[FrameTimeline], None]:
        """Return what writes the frames of `model`, from any of its threads."""
        return lambda timeline: self._write_frame(model, timeline)

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _write_frame(self, model: str, timeline: FrameTimeline) -> None:
        with self._lock:
            if self._closed:
                return
            try:
                if self._file is None:
                    self._open()
                self._append(self._frame(model, threading.current_thread().name, timeline))
            except OSError as error:
                self._closed = True
                self._warn(f"parameter 'trace_file': the trace to {self._path} ends here: {error}")

    def _open(self) -> None:
        # With the first frame, because the simulator empties its file when it is first used.
        flags = os.O_APPEND if self._shared else os.O_TRUNC
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o666)
        if not self._shared:
            name = {"ph": "M", "name": "process_name", "pid": self._pid, "args": {"name": self._process_name}}
            self._write(b"[\n" + _text(name) + _END)

    def _append(self, events: list[dict[str, Any]]) -> None:
        assert self._file is not None
        text = b"".join(b",\n" + _text(event) for event in events)
        if self._shared:
            self._write(text)
            return
        end = os.lseek(self._file, -len(_END), os.SEEK_END)
        try:
            self._write(text + _END)
        except OSError:
            os.ftruncate(self._file, end)
            os.pwrite(self._file, _END, end)
            raise

    def _write(self, text: bytes) -> None:
        """Write in one piece, because the simulator's threads may write to the same file."""
        assert self._file is not None
        written = os.write(self._file, text)
        if written < len(text):
            os.ftruncate(self._file, os.lseek(self._file, 0, os.SEEK_END) - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _frame(self, model: str, thread: str, timeline: FrameTimeline) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        lane = self._lane(thread, events)
        arguments = {"model": model, "sequence": timeline.sequence, "stamp": timeline.stamp}
        common = {"cat": "node", "pid": self._pid, "tid": lane}

        def add(name: str, start_ns: int, end_ns: int) -> None:
            events.append(
                {"ph": "X", "name": name, **common, "ts": _us(start_ns), "dur": _us(end_ns - start_ns), "args": arguments}
            )

        # Waits of one model overlap where its queue is deeper than 1, which slices of one track must not.
        identifier = f"{model}/{timeline.sequence}"
        wait = {"name": f"{model} waits", "cat": "queue", "pid": self._pid, "tid": lane, "id": identifier}
        events.append({"ph": "b", **wait, "ts": _us(timeline.arrived), "args": arguments})
        events.append({"ph": "e", **wait, "ts": _us(timeline.taken)})
        add(f"{model} #{timeline.sequence}", timeline.taken, timeline.published)
        add("prepare", timeline.taken, timeline.prepared)
        add("run", timeline.run_begun, timeline.run_ended)
        add("device", timeline.submitted, timeline.device_done)
        add("wait for turn", timeline.run_ended, timeline.publish_begun)
        add("publish", timeline.publish_begun, timeline.published)
        return events

    def _lane(self, thread: str, events: list[dict[str, Any]]) -> int:
        lane = self._lanes.get(thread)
        if lane is None:
            lane = self._lanes[thread] = _LANES + len(self._lanes)
            events.append({"ph": "M", "name": "thread_name", "pid": self._pid, "tid": lane, "args": {"name": thread}})
        return lane


def expanded(path: str) -> str:
    """Return `path` with the process id for %p, as the simulator reads HBM_SIM_TRACE."""
    return path.replace("%p", str(os.getpid()), 1)


def _same_file(a: str, b: str) -> bool:
    return Path(a).resolve() == Path(b).resolve()


def _us(ns: int) -> float:
    return ns / NS_PER_US


def _text(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()
