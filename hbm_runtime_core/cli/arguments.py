# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that several commands take, and how they are read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from ..packer import PackError, parse_dtype


class Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line, as every other error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        print(f"hbm: error: {message} (see: {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def integer(low: int, high: int | None = None) -> Callable[[str], int]:
    """An argument that is an integer of this range."""
    limits = f"{low}..{high}" if high is not None else f"at least {low}"

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected an integer, {limits}, got '{text}'") from None
        if value < low or (high is not None and value > high):
            raise argparse.ArgumentTypeError(f"expected {limits}, got {value}")
        return value

    return parse


def integers(text: str) -> tuple[int, ...]:
    """An argument that is a list of integers: 1,3,640,640"""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected integers separated by commas, got '{text}'") from None


def numbers(text: str) -> tuple[float, ...]:
    """An argument that is a list of numbers: 0.485,0.456,0.406"""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected numbers separated by commas, got '{text}'") from None


def named(parse: Callable[[str], Any]) -> Callable[[str], tuple[str, Any]]:
    """An argument `[NAME=]VALUE`; the name is empty where it is left out."""

    def parse_named(text: str) -> tuple[str, Any]:
        name, separator, value = text.partition("=")
        # In `int8:scale=0.05` the "=" belongs to the value; in `input:0=int8` it does not.
        if not separator or _starts_with_type(name):
            return "", parse(text)
        if not name:
            raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got '{text}'")
        return name, parse(value)

    return parse_named


def _starts_with_type(text: str) -> bool:
    head, colon, _ = text.partition(":")
    try:
        return bool(colon and parse_dtype(head))
    except PackError:
        return False
