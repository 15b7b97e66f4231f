# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a check finds: rows of one table, each with a bound and whether it is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN_FAILURES = 5


@dataclass(frozen=True)
class Row:
    """One figure of a check.

    Attributes:
        what: was promised.
        amount: how often, how many or how long, with the unit.
        result: what was found, with the unit.
        bound: of the result.
        ok: whether the bound is kept.
    """

    what: str
    amount: str
    result: str
    bound: str
    ok: bool


def at_most(what: str, amount: str, value: float, bound: float, unit: str) -> Row:
    """A figure that must not be larger than `bound`."""
    return Row(what, amount, f"{value:.3g} {unit}".rstrip(), f"at most {bound:g} {unit}".rstrip(), value <= bound)


def at_most_seconds(what: str, amount: str, seconds: float, idle_s: float) -> Row:
    """A duration that must not be longer than `idle_s` on an idle machine; where others use the processors, too, it may be."""
    waiting = max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))
    bound = f"at most {idle_s:g} s" + (f" × {waiting:.1f} processes that want each processor" if waiting > 1 else "")
    return Row(what, amount, f"{seconds:.3g} s", bound, seconds <= idle_s * waiting)


def at_least(what: str, amount: str, value: float, bound: float, unit: str) -> Row:
    """A figure that must not be smaller than `bound`."""
    return Row(what, amount, f"{value:.3g} {unit}".rstrip(), f"at least {bound:g} {unit}".rstrip(), value >= bound)


def all_succeed(what: str, amount: str, total: int, failures: Sequence[str]) -> Row:
    """Something that must work each time of `total`; `failures` describe when it did not."""
    result = f"{total - len(failures):,} of {total:,}"
    if failures:
        result += ": " + "; ".join(failures[:_SHOWN_FAILURES])
    return Row(what, amount, result, "all", total > 0 and not failures)


class Progress:
    """Prints how far a check is, at most once per second.

    Args:
        name: of the check.
        total: steps in all.
    """

    def __init__(self, name: str, total: int) -> None:
        self._name = name
        self._total = total
        self._printed_s = 0.0

    def step(self, done: int, note: str = "") -> None:
        """Report that `done` steps are done."""
        now_s = time.monotonic()
        if done == self._total or now_s - self._printed_s >= 1:
            self._printed_s = now_s
            print(f"{self._name}: {done} of {self._total}{f', {note}' if note else ''}", flush=True)
