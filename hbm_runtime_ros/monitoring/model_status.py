# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of one model at one moment, for diagnostics."""

from __future__ import annotations

import enum
from typing import NamedTuple

from ..scheduling import Scheduling


class State(enum.Enum):
    """What a model does. The value is what people read."""

    NOT_LOADED = "not loaded"
    INACTIVE = "inactive"
    DISABLED = "disabled"
    IDLE = "nobody subscribes to the result"
    RUNNING = "running"


class ModelStatus(NamedTuple):
    """What a model tells of itself besides its frames."""

    state: State
    scheduling: Scheduling
    input_topics: tuple[str, ...]
    result_topic: str
    waiting_since_ns: int | None  # perf_counter_ns() of the oldest frame that waits
    silent_for_s: dict[str, float]  # topics without messages for longer than is normal
