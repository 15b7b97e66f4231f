# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The field `timeout_s` of requests."""

from __future__ import annotations

from ..errors import ConfigurationError

# The services that wait share one thread: nobody may hold it for longer.
_LONGEST_S = 600.0


def seconds(timeout_s: float, default_s: float) -> float:
    """Return the time-out that a request asks for; `default_s` where it says 0.

    Raises:
        ConfigurationError: it is negative, too long or not a number.
    """
    if not 0.0 <= timeout_s <= _LONGEST_S:
        raise ConfigurationError(f"timeout_s: {timeout_s} is not in [0, {_LONGEST_S:g}]; 0 = {default_s:g} s")
    return timeout_s or default_s
