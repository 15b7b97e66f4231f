# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the time of one frame goes, as its result tells it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hbm_runtime_core import CallTiming

_NS_PER_US = 1000


@dataclass
class FrameTiming:
    """The moments and stages of one frame that end up in its msg/Timing; ns."""

    received_ns: int  # ROS clock
    started_ns: int  # time.perf_counter_ns(), as all that follows is measured
    prepare_ns: int = 0
    input_ns: int = 0
    submit_ns: int = 0
    device_ns: int = 0
    output_ns: int = 0

    def take(self, stages: CallTiming) -> None:
        """Take over the stages of the inference."""
        self.input_ns = round(stages.copy_in_us * _NS_PER_US)
        self.submit_ns = round(stages.queue_us * _NS_PER_US)
        self.device_ns = round(stages.device_us * _NS_PER_US)
        self.output_ns = round(stages.copy_out_us * _NS_PER_US)

    def fields(self) -> tuple[int, ...]:
        """Return the fields of msg/Timing in its order; the total ends now."""
        return (
            self.received_ns,
            self.prepare_ns,
            self.input_ns,
            self.submit_ns,
            self.device_ns,
            self.output_ns,
            time.perf_counter_ns() - self.started_ns,
        )
