# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters as fields of dataclasses: type, default, range, description and validator in one place."""

from __future__ import annotations

import dataclasses
import enum
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any


class Kind(enum.Enum):
    """Types of ROS parameters, as `ros2 param describe` names them."""

    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER_ARRAY = "integer array"
    DOUBLE_ARRAY = "double array"
    STRING_ARRAY = "string array"


_KINDS: dict[Any, Kind] = {
    int: Kind.INTEGER,
    float: Kind.DOUBLE,
    bool: Kind.BOOLEAN,
    str: Kind.STRING,
    tuple[int, ...]: Kind.INTEGER_ARRAY,
    tuple[float, ...]: Kind.DOUBLE_ARRAY,
    tuple[str, ...]: Kind.STRING_ARRAY,
}


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter: its meaning and the values that it takes.

    Attributes:
        name: short name, in its group of parameters.
        kind: type.
        default: as rclpy takes it; an empty array of strings is [""], because ROS has no empty arrays in parameter files.
        text: description.
        bounds: smallest and largest integer.
        choices: allowed strings.
        read_only: whether it can be set at the start only.
        check: returns what is wrong with a value, or None.
        constraint: what `check` requires, in a few words.
        old_name: the name that it had in the release before; still accepted, with a warning.
    """

    name: str
    kind: Kind
    default: Any
    text: str
    bounds: tuple[int, int] | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = True
    check: Callable[[Any], str | None] | None = None
    constraint: str = ""
    old_name: str = ""

    def why_not(self, value: Any, full_name: str) -> str | None:
        """Return why `value` is refused for the parameter `full_name`, or None where it is accepted."""
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


def parameter(default: Any, text: str, **options: Any) -> Any:
    """Return a dataclass field that is a parameter. `options` are the further attributes of ParameterSpec."""
    return dataclasses.field(default=default, metadata={"text": text, **options})


@cache
def specs(table: Any) -> tuple[ParameterSpec, ...]:
    """Return the parameters of a dataclass whose fields were made by parameter(), in order."""
    types = typing.get_type_hints(table)
    result = []
    for field in dataclasses.fields(table):
        kind = _KINDS[types[field.name]]
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        if kind is Kind.STRING_ARRAY:
            default = default or [""]
        result.append(ParameterSpec(field.name, kind, default, **field.metadata))
    return tuple(result)


def is_group_name(name: str) -> bool:
    """Return whether a group of parameters, and part of a topic, can have this name."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None
