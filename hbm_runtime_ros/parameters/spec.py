# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a row of the tables of parameters says."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Kind(enum.Enum):
    """Types of ROS parameters, in the words of `ros2 param describe`."""

    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER_ARRAY = "integer array"
    DOUBLE_ARRAY = "double array"
    STRING_ARRAY = "string array"


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter: what it means and which values it takes."""

    name: str
    kind: Kind
    default: Any
    text: str
    bounds: tuple[int, int] | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = False
    check: Callable[[Any], str | None] | None = None
    constraint: str = ""  # what `check` wants, in a few words

    def why_not(self, value: Any, full_name: str) -> str | None:
        """Return why `value` is refused for the parameter `full_name`, or None where it is taken."""
        if self.bounds is not None:
            low, high = self.bounds
            if not low <= value <= high:
                return f"parameter '{full_name}': {value} is not in [{low}, {high}]"
        if self.choices and value not in self.choices:
            return f"parameter '{full_name}': '{value}' is not one of {', '.join(self.choices)}"
        if self.check is not None:
            reason = self.check(value)
            if reason is not None:
                return f"parameter '{full_name}': {reason}"
        return None


def is_group_name(name: str) -> bool:
    """Return whether a group of parameters, and part of a topic, can have this name."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None
