# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why a frame gives no result: the one set of keys of counters, warnings and diagnostics. docs/flow.md explains them."""

from __future__ import annotations

import enum


class DropReason(str, enum.Enum):
    """The value is what people read."""

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
    PUBLISH = "publish"
    INTERNAL = "internal"

    __str__ = str.__str__

    @property
    def is_a_fault(self) -> bool:
        """Whether something is wrong, rather than frames being left out as the parameters say."""
        return self not in _AS_CONFIGURED


_AS_CONFIGURED = frozenset((DropReason.NEWER_FRAME, DropReason.TOO_OLD, DropReason.DISABLED, DropReason.STOPPED))
