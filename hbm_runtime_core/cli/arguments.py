# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that several commands take, and how they are read."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeVar

from ..names import did_you_mean
from ..packer import PackError, parse_dtype

Value = TypeVar("Value")


class Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line, as every other error, and names the command whose help explains it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)
        # The parser of the command comes last and stays.
        self.set_defaults(parser=self)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            options.parser.refuse(unknown[0])
        return options

    def refuse(self, argument: str) -> NoReturn:
        """End with an error that lists the known options."""
        if not argument.startswith("-"):
            self.error(f"unexpected argument '{argument}'")
        name = argument.partition("=")[0]
        self.error(f"unknown option '{name}'{did_you_mean(name, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        print(f"hbm: error: {message} (see: {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def add_json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_scale(group: argparse._ActionsContainer) -> None:
    """Options for the factor of `(pixel - mean) * factor`; `scale_of` reads them."""
    factor = group.add_mutually_exclusive_group()
    factor.add_argument("--scale", type=numbers, metavar="S[,S,S]", help="multiplied after that (default 1)")
    factor.add_argument("--std", type=divisors, metavar="S[,S,S]", help="divided by after that")


def scale_of(options: argparse.Namespace) -> tuple[float, ...] | None:
    """The factor that --scale or --std gives; None where neither does."""
    if options.std is not None:
        return tuple(1 / value for value in options.std)
    return options.scale


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


def fraction(text: str) -> float:
    """An argument that is a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number of 0 to 1, got '{text}'")
    return value


def positive(text: str) -> float:
    """An argument that is a finite number above zero."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got '{text}'")
    return value


def integers(text: str) -> tuple[int, ...]:
    """An argument that is a list of integers: 1,3,640,640"""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected integers separated by commas, got '{text}'") from None


def numbers(text: str) -> tuple[float, ...]:
    """An argument that is a list of finite numbers: 0.485,0.456,0.406"""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = (math.nan,)
    if not all(map(math.isfinite, values)):
        raise argparse.ArgumentTypeError(f"expected numbers separated by commas, got '{text}'")
    return values


def divisors(text: str) -> tuple[float, ...]:
    """An argument that is a list of numbers to divide by."""
    values = numbers(text)
    if 0 in values:
        raise argparse.ArgumentTypeError(f"expected numbers to divide by, got '{text}'")
    return values


def named(parse: Callable[[str], Value]) -> Callable[[str], tuple[str, Value]]:
    """An argument `[NAME=]VALUE` of a network whose names are not known yet; the name is empty where it is left out."""

    def parse_named(text: str) -> tuple[str, Value]:
        name, separator, value = text.partition("=")
        # In `int8:scale=0.05` the "=" belongs to the value; in `input:0=int8` it does not. No name holds a blank.
        if not separator or _starts_with_type(name) or any(map(str.isspace, name)):
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


def split_name(text: str, names: Iterable[str]) -> tuple[str, str]:
    """Split `[NAME=]VALUE`, where NAME is one of `names`; the name is empty where it is left out.

    A path such as `runs/lr=0.1/x.npy` keeps its "=". What looks like an unknown name is returned as a name, unless the
    whole text is an existing file, so that the caller can report it.
    """
    known = [name for name in names if text.startswith(f"{name}=")]
    if known:
        name = max(known, key=len)
        return name, text[len(name) + 1 :]
    name, separator, value = text.partition("=")
    if not separator or os.sep in name or os.path.exists(text):
        return "", text
    return name, value


def join_lists(arguments: Sequence[str], option: str) -> list[str]:
    """Arguments in which `OPTION 0 1`, as other programs write a list, is `OPTION 0,1`."""
    result: list[str] = []
    for argument in arguments:
        if len(result) > 1 and result[-2] == option and _is_list(result[-1]) and _is_list(argument):
            result[-1] += f",{argument}"
        else:
            result.append(argument)
    return result


def _is_list(text: str) -> bool:
    return all(part.lstrip("-").isdigit() for part in text.split(","))
