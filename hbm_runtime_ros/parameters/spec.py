# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters as fields of dataclasses: type, default, range, description and validator in one place; the validators."""

from __future__ import annotations

import dataclasses
import enum
import math
import re
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

# ROS has no empty arrays in parameter files, so -1 alone means all.
SCHEDULER_CHOOSES = (-1,)
WHOLE_IMAGE = (-1,)
# A threshold of a decoder: what the model file says or, where it does not, what is usual for the family.
USUAL = -1.0

# The group of the recorder's parameters.
RECORDER = "recorder"

# Faster than any camera.
MOST_HZ = 1000

# A minute; the megabytes end a recording before that.
MOST_RECORDED_S = 60

# What an output's elements become: the bits of a float, 0 where they stay as they are.
_REAL_BITS = {"none": 0, "float32": 32, "float16": 16}


class Kind(enum.Enum):
    """Types of ROS parameters, as `ros2 param describe` names them."""

    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER_ARRAY = "integer array"
    DOUBLE_ARRAY = "double array"
    STRING_ARRAY = "string array"


# The kinds that a field of each type takes, first the one that it is declared as. 0 in a parameter file is an integer, and
# [0, 0, 0] an array of them.
_KINDS: dict[Any, tuple[Kind, ...]] = {
    int: (Kind.INTEGER,),
    float: (Kind.DOUBLE, Kind.INTEGER),
    bool: (Kind.BOOLEAN,),
    str: (Kind.STRING,),
    tuple[int, ...]: (Kind.INTEGER_ARRAY,),
    tuple[float, ...]: (Kind.DOUBLE_ARRAY, Kind.INTEGER_ARRAY),
    tuple[str, ...]: (Kind.STRING_ARRAY,),
    tuple[str, ...] | str: (Kind.STRING_ARRAY, Kind.STRING),
    tuple[str, ...] | tuple[int, ...]: (Kind.STRING_ARRAY, Kind.INTEGER_ARRAY),
}


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter: its meaning and the values that it takes.

    Attributes:
        name: short name, in its group of parameters.
        kinds: types of its values, first that of the default.
        default: as rclpy takes it; an empty array of strings is [""], because ROS has no empty arrays in parameter files.
        text: description.
        bounds: smallest and largest number.
        choices: allowed strings.
        read_only: whether it can be set at the start only.
        check: returns what is wrong with a value, or None.
        constraint: what `check` requires, in a few words.
        old_name: the name that it had in the release before; still accepted, with a warning.
    """

    name: str
    kinds: tuple[Kind, ...]
    default: Any
    text: str
    bounds: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = True
    check: Callable[[Any], str | None] | None = None
    constraint: str = ""
    old_name: str = ""

    @property
    def kind(self) -> Kind:
        """The type of the default."""
        return self.kinds[0]

    @property
    def type_names(self) -> str:
        """The types that its values can have, for people."""
        shown = self.kinds[:1] if self.kind in (Kind.DOUBLE, Kind.DOUBLE_ARRAY) else self.kinds
        return " or ".join(kind.value for kind in shown)

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
        kinds = _KINDS[types[field.name]]
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        if kinds[0] is Kind.STRING_ARRAY:
            default = default or [""]
        result.append(ParameterSpec(field.name, kinds, default, **field.metadata))
    return tuple(result)


def is_group_name(name: str) -> bool:
    """Return whether a group of parameters, and part of a topic, can have this name."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None


# What checks of values return is what is wrong with a value for any model, or None.


def check_model_names(names: Sequence[str]) -> str | None:
    """Return what is wrong with the names of models, or None. Empty names are ignored."""
    if RECORDER in names:
        return f"'{RECORDER}' is a group of parameters of the node; choose another name for the model"
    return check_group_names(names, "model name", "the name inside the model file is `<name>.model_name`")


def check_group_names(names: Sequence[str], what: str, hint: str) -> str | None:
    for name in names:
        if name and not is_group_name(name):
            return (
                f"invalid {what} '{name}': must match [A-Za-z][A-Za-z0-9_]*, because it becomes part of parameter names "
                f"({hint})"
            )
    return _check_duplicates(names, what)


def check_tensor_names(names: Sequence[str]) -> str | None:
    return _check_duplicates(names, "tensor name")


def _check_duplicates(names: Sequence[str], what: str) -> str | None:
    duplicate = next((name for index, name in enumerate(names) if name in names[:index]), None)
    return None if duplicate is None else f"duplicate {what} '{duplicate}'"


def check_bpu_cores(cores: Sequence[int]) -> str | None:
    """Return what is wrong with a list of core indices on any device, or None."""
    if len(cores) == 0:
        return "must not be empty; use [-1] to let the scheduler choose"
    if tuple(cores) == SCHEDULER_CHOOSES:
        return None
    for index, core in enumerate(cores):
        if core < 0:
            return f"invalid core index {core}: indices start at 0, and [-1] alone lets the scheduler choose"
        if core in cores[:index]:
            return f"duplicate core index {core} in {list(cores)}"
    return None


def parse_dequantize(text: str) -> tuple[int, dict[str, int]]:
    """Read the parameter `dequantize`: one word for every output, or `output=word` for some.

    Returns:
        The bits of the floats for outputs that `text` does not name, and those of the outputs that it names; 0 = none.

    Raises:
        ValueError: `text` is neither.
    """
    text = text.strip()
    if "=" not in text:
        return _real_bits(text), {}
    named: dict[str, int] = {}
    for part in text.split(","):
        # An output's name may contain '=', the word behind it cannot.
        name, equals, word = (piece.strip() for piece in part.rpartition("="))
        if not equals or not name:
            raise ValueError(f"'{part.strip()}' is not of the form output=word; separate several with commas")
        if name in named:
            raise ValueError(f"duplicate output '{name}'")
        named[name] = _real_bits(word)
    return 0, named


def check_dequantize(text: str) -> str | None:
    """Return what is wrong with the value for any model, or None."""
    try:
        parse_dequantize(text)
    except ValueError as error:
        return str(error)
    return None


def _real_bits(word: str) -> int:
    if word not in _REAL_BITS:
        raise ValueError(f"'{word}' is not one of {', '.join(_REAL_BITS)}, nor a list like boxes=float32, scores=float16")
    return _REAL_BITS[word]


def check_sha256(digest: str) -> str | None:
    if not digest or re.fullmatch(r"[0-9A-Fa-f]{64}", digest):
        return None
    return f"must be 64 hexadecimal digits, or empty, got '{digest}'"


def check_fraction(value: float) -> str | None:
    return None if value == USUAL or 0 <= value <= 1 else f"must be 0 to 1, or -1, got {value:g}"


def check_rate(rate_hz: float) -> str | None:
    return None if 0 < rate_hz <= MOST_HZ else f"must be more than 0 and at most {MOST_HZ}, got {rate_hz:g}"


def check_directory(path: str) -> str | None:
    return None if path.startswith(("/", "~/")) or not path else f"must be absolute, or begin with ~/, got '{path}'"


def check_recorded_seconds(seconds: float) -> str | None:
    return None if 0 < seconds <= MOST_RECORDED_S else f"must be more than 0 and at most {MOST_RECORDED_S}, got {seconds:g}"


def check_interval(seconds: float) -> str | None:
    return None if 0 <= seconds < math.inf else f"must be at least 0, got {seconds:g}"


def check_region(region: Sequence[int]) -> str | None:
    if tuple(region) == WHOLE_IMAGE:
        return None
    if len(region) != 4:
        return f"expected [x, y, width, height], or [-1] for the whole picture, got {list(region)}"
    x, y, width, height = region
    if x < 0 or y < 0 or width < 1 or height < 1:
        return f"expected x and y from 0, width and height from 1, got {list(region)}"
    return None


def check_channels(values: Sequence[float]) -> str | None:
    if len(values) not in (1, 3):
        return f"expected one value, or one for each of three channels, got {list(values)}"
    if not all(math.isfinite(value) for value in values):
        return f"expected finite numbers, got {list(values)}"
    return None


def check_scale(values: Sequence[float]) -> str | None:
    if any(value == 0 for value in values):
        return f"must not be 0, which makes every picture the same, got {list(values)}"
    return check_channels(values)
