# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames without a node around them."""

from concurrent.futures import Future
from pathlib import Path

from hbm_runtime_ros.errors import DropReason
from hbm_runtime_ros.inputs.message_types import MESSAGE_TYPES, Message
from hbm_runtime_ros.monitoring.counters import NS_PER_S, FrameTimeline
from hbm_runtime_ros.parameters import Scheduling
from hbm_runtime_ros.recording_file import FrameRecord, RecordedError

MEGABYTE = 1_000_000
IMAGE = MESSAGE_TYPES["sensor_msgs/msg/Image"]
DESCRIPTION = {
    "node": "/hbm_inference",
    "name": "detector",
    "reason": "request",
    "topics": [{"topic": "/camera/image"}],
}


def frame(sequence, *, drop=None, error=None, size_bytes=1000, digests=None):
    message = Message(IMAGE, bytes([sequence % 256]) * size_bytes)
    timeline = FrameTimeline(sequence, 7, 1_700_000_000 * NS_PER_S + sequence, 0, 0)
    return FrameRecord((message,), Scheduling(priority=3), timeline, drop, error, digests or {})


def failed(sequence, reason=DropReason.INFERENCE):
    return frame(sequence, drop=reason, error=RecordedError("HbmRuntimeError", "failed", -200003, "hbUCPWaitTaskDone"))


class Writer:
    """Takes recordings; a test completes their files."""

    def __init__(self):
        self.recordings = []
        self.futures = []

    def __call__(self, recording):
        self.recordings.append(recording)
        self.futures.append(Future())
        return self.futures[-1]

    def complete(self):
        self.futures[-1].set_result(Path(f"{len(self.futures)}.mcap"))

    def sequences(self):
        return [each.timeline.sequence for each in self.recordings[-1].frames]
