# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One inference outside the flow of frames, with the scheduling of its model."""

from __future__ import annotations

from typing import Any

import numpy as np

from hbm_runtime_core import InferRequest

from ..scheduling import Scheduling
from .timeouts import seconds

_DEFAULT_S = 10.0


def run_once(request: InferRequest, scheduling: Scheduling, timeout_s: float) -> dict[str, np.ndarray[Any, Any]]:
    """Run `request` within `timeout_s`, 0 = 10 s, and return the outputs.

    Raises:
        ConfigurationError: `timeout_s` is out of its range.
        RuntimeError: the device reports an error.
        TimeoutError: the device has not answered in time.
    """
    return request.run(
        priority=scheduling.priority,
        bpu_cores=scheduling.bpu_cores,
        custom_id=scheduling.custom_id,
        device_id=scheduling.device_id,
        timeout_ms=seconds(timeout_s, _DEFAULT_S) * 1e3,
    )
