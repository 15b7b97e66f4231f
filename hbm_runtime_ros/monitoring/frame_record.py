# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What happened to one frame, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class FrameRecord:
    """The moments of one frame on its way through the node. All in ns of CLOCK_MONOTONIC, which is perf_counter_ns()."""

    sequence: int
    received: int  # complete, in the executor's thread
    taken: int = 0  # from the queue, by a thread of the model
    prepared: int = 0  # its data is in the inputs
    run_begun: int = 0
    submitted: int = 0
    device_done: int = 0
    run_ended: int = 0
    publish_begun: int = 0  # its turn has come
    published: int = 0
    stamp: int = 0  # of the frame, in the clock of its sender

    def moments(self) -> tuple[int, ...]:
        """Return the moments in their order: each stage ends where the next one begins."""
        return (
            self.received,
            self.taken,
            self.prepared,
            self.run_begun,
            self.submitted,
            self.device_done,
            self.run_ended,
            self.publish_begun,
            self.published,
        )
