# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a frame is too old to be worth an inference."""

from __future__ import annotations

from rclpy.clock import Clock

from .errors import FrameError
from .monitoring.complaints import Complaints
from .monitoring.drop_reasons import DropReason

_NS_PER_MS = 1_000_000

# Clocks of two machines differ, and a simulated clock ticks after what it stamps.
_TOLERATED_FUTURE_MS = 100

# Nothing waits a minute in a queue of frames.
_LONGEST_DELAY_MS = 60_000


class FrameAge:
    """Compares the stamps of a model's frames with the node's clock.

    A stamp that tells no age is no reason to drop its frame: a robot that sees something late sees more than one that
    sees nothing because of a clock.
    """

    def __init__(self, model: str, clock: Clock, complaints: Complaints) -> None:
        self._model = model
        self._clock = clock
        self._complaints = complaints

    def check(self, stamp_ns: int, max_age_ms: int) -> None:
        """Return where a frame with this stamp may run.

        Raises:
            FrameError: it is older than `max_age_ms`.
        """
        if stamp_ns == 0:
            self._tell_once("stamp of zero", "frames have a stamp of zero, so max_age_ms keeps all of them")
            return
        now_ns = self._clock.now().nanoseconds
        age_ms = (now_ns - stamp_ns) / _NS_PER_MS
        if age_ms > max_age_ms:
            doubtful = age_ms > _LONGEST_DELAY_MS
            raise FrameError(
                DropReason.TOO_OLD,
                f"it is {age_ms:.0f} ms old, {self._model}.max_age_ms is {max_age_ms}"
                + ("; that is a matter of clocks: use_sim_time is for camera and node, or for neither" if doubtful else ""),
                detail="clocks" if doubtful else "",
            )
        if age_ms < -_TOLERATED_FUTURE_MS:
            self._tell_once(
                "stamp from the future",
                f"the stamp of a frame is {-age_ms:.0f} ms ahead of the node's clock, so max_age_ms keeps it; "
                + (
                    "the node's clock stands at 0, because use_sim_time is true and nobody publishes /clock"
                    if now_ns == 0
                    else "check that camera and node have one clock (NTP, or use_sim_time for both or none)"
                ),
            )

    def _tell_once(self, cause: str, text: str) -> None:
        self._complaints.tell_once(cause, f"model '{self._model}': {text}")
