# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Errors of the node, by how much they affect: its configuration, or one frame."""

from __future__ import annotations

import enum


class ConfigurationError(ValueError):
    """A parameter, or a request to the node, is not valid. The text names it and what to do."""


class DropReason(str, enum.Enum):
    """Why a frame gives no result: the keys of counters, warnings and diagnostics. docs/frames.md explains them."""

    NEWER_FRAME = "newer frame"
    UNMATCHED = "unmatched"
    TOO_OLD = "too old"
    DISABLED = "disabled"
    STOPPED = "stopped"
    MALFORMED = "malformed"
    ENCODING = "encoding"
    PICTURE = "picture"
    TENSOR = "tensor"
    TIMEOUT = "timeout"
    INFERENCE = "inference"
    DECODE = "decode"
    PUBLISH = "publish"
    INTERNAL = "internal"

    __str__ = str.__str__

    @property
    def is_a_fault(self) -> bool:
        """Whether something is wrong, rather than the parameters asking to leave frames out."""
        return self not in _AS_CONFIGURED


_AS_CONFIGURED = frozenset((DropReason.NEWER_FRAME, DropReason.TOO_OLD, DropReason.DISABLED, DropReason.STOPPED))


class FrameError(ValueError):
    """One frame cannot be inferred; the next one may.

    Args:
        reason: the counter that it increments.
        text: what is wrong and what to do.
        detail: distinguishes causes of one reason, for rate-limited warnings.
        once: whether to warn only the first time, because every frame will repeat it.
    """

    def __init__(self, reason: DropReason, text: str, *, detail: str = "", once: bool = False) -> None:
        super().__init__(text)
        self.reason = reason
        self.cause = f"{reason} {detail}"
        self.once = once

    def of_input(self, name: str) -> FrameError:
        """Return the same error for the input topic `name` of a model with several topics."""
        error = FrameError(self.reason, f"input '{name}': {self}", once=self.once)
        error.cause = f"{self.cause} {name}"
        return error


def printable(text: str) -> str:
    """Return a name or a text of another program with its bytes that are no UTF-8 as escapes: rclpy refuses them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
