# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the node, by how far the damage goes."""

from __future__ import annotations

from .monitoring.drop_reasons import DropReason


class ConfigurationError(ValueError):
    """The node cannot start as it is configured. The text names the parameter and the way out."""


class FrameError(ValueError):
    """One frame cannot be inferred; the next one may.

    Args:
        reason: what it counts as.
        text: what is wrong and what to do.
        detail: tells causes of one reason apart, for the rate limits of warnings.
        once: whether to tell it only the first time, because every frame will repeat it.
    """

    def __init__(self, reason: DropReason, text: str, *, detail: str = "", once: bool = False) -> None:
        super().__init__(text)
        self.reason = reason
        self.cause = f"{reason} {detail}"
        self.once = once

    def of_input(self, name: str) -> FrameError:
        """Return the same error, telling which of several input topics it is about."""
        error = FrameError(self.reason, f"input '{name}': {self}", once=self.once)
        error.cause = f"{self.cause} {name}"
        return error
