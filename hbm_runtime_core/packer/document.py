# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a JSON document; errors contain the path of the value at fault."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any, NoReturn

from ..names import unknown_name
from .errors import PackError

# Above it, neighboring floats are more than 1 apart.
_EXACT_FLOAT = 2.0**53
# A parsed value takes some hundred bytes, its text as few as two. The simulator has the same limit.
MAX_VALUES = 1 << 20


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


class Node:
    """A value of a document, and its path in it ("models[0].inputs[1].shape")."""

    def __init__(self, value: Any, source: str, path: str = "") -> None:
        self.value = value
        self.source = source
        self.path = path

    @property
    def where(self) -> str:
        return f"{self.source}: {self.path}" if self.path else self.source

    def fail(self, expected: str) -> NoReturn:
        raise PackError(f"{self.where}: expected {expected}, got {_shown(self.value)}")

    def members(self, known: Collection[str] | None = None, required: Collection[str] = ()) -> dict[str, Node]:
        """The members of an object. Unknown names are refused where `known` is given."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        for name in self.value:
            if known is not None and name not in known:
                raise PackError(f"{self.where}: {unknown_name('field', str(name), known)}")
        for name in required:
            if name not in self.value:
                raise PackError(f"{self.where}: the field '{name}' is missing")
        prefix = f"{self.path}." if self.path else ""
        return {name: Node(value, self.source, f"{prefix}{name}") for name, value in self.value.items()}

    def items(self, at_least: int = 0) -> list[Node]:
        if not isinstance(self.value, list) or len(self.value) < at_least:
            self.fail("a list" if not at_least else f"a list of at least {at_least}")
        return [Node(value, self.source, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self, *, empty: bool = True) -> str:
        if not isinstance(self.value, str):
            self.fail("a text")
        if not empty and not self.value:
            self.fail("a text that is not empty")
        if "\0" in self.value:
            self.fail("a text without NUL characters")
        if any("\ud800" <= character <= "\udfff" for character in self.value):
            self.fail("a text of whole characters (half of a surrogate pair is none)")
        return self.value

    def choice(self, options: Collection[str]) -> str:
        if not isinstance(self.value, str) or self.value not in options:
            self.fail("one of " + ", ".join(f"'{option}'" for option in options))
        return self.value

    def integer(self, low: int | None = None, high: int | None = None) -> int:
        limits = "" if low is None else f" of at least {low}" if high is None else f" in {low}..{high}"
        value = self.value
        if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOAT:
            value = int(value)  # As in a JSON Schema: some JSON writers put 3.0 for 3.
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or (low is not None and value < low)
            or (high is not None and value > high)
        ):
            self.fail(f"an integer{limits}")
        return value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.fail("a finite number")
        try:
            value = float(self.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fail("a finite number")
        return value

    def fraction(self) -> float:
        value = self.number()
        if not 0 <= value <= 1:
            self.fail("a number of 0 to 1")
        return value

    def numbers(self) -> tuple[float, ...]:
        """A number, or a list of them."""
        if not isinstance(self.value, list):
            return (self.number(),)
        return tuple(item.number() for item in self.items())

    def integers(self) -> tuple[int, ...]:
        """An integer, or a list of them."""
        if not isinstance(self.value, list):
            return (self.integer(),)
        return tuple(item.integer() for item in self.items())


def parse_json(text: str, source: str) -> Node:
    """The document in `text`. A duplicate member is an error: the first would be lost silently."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in pairs:
            if name in result:
                raise PackError(f"{source}: duplicate field '{name}' in one object")
            result[name] = value
        return result

    def refuse(constant: str) -> NoReturn:
        raise PackError(f"{source}: not JSON: {constant} is not a number of JSON")

    # Every value but the first follows one of them.
    count = sum(map(text.count, ",[{"))
    if count > MAX_VALUES:
        raise PackError(f"{source}: expected at most {MAX_VALUES} commas and opening brackets, got {count}")
    try:
        return Node(json.loads(text, object_pairs_hook=unique, parse_constant=refuse), source)
    except json.JSONDecodeError as error:
        raise PackError(f"{source}: not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except PackError:
        raise
    except ValueError:  # Python converts no integer of more than some thousand digits
        raise PackError(f"{source}: not JSON: a number with too many digits") from None
    except RecursionError:
        raise PackError(f"{source}: not a model description: objects nested too deeply") from None
