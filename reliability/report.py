# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The outcomes of checks as one table, in report.md and between two marks of docs/reliability.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bench import machine
from reliability.checks import CHECKS
from reliability.rows import Row

_HEAD = "| check | what | amount | result | bound | kept |\n| --- | --- | --- | --- | --- | --- |"
_MARKED = re.compile(r"(<!-- table: measured -->\n).*?(<!-- end of table -->)", re.DOTALL)
# Only the first row of a check names it.
_FIRST_ROW = re.compile(r"\| `(\w+)=\d+`, (\d+) s ")


class Outcome(NamedTuple):
    """What a check has found, and how long it took."""

    check: str
    amount: int
    seconds: float
    rows: Sequence[Row]

    def markdown(self) -> list[str]:
        """The rows of a table."""
        lines = []
        name = f"`{self.check}={self.amount}`, {self.seconds:.0f} s"
        for row in self.rows:
            cells = (name, row.what, row.amount, row.result, row.bound, "yes" if row.ok else "**no**")
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
            name = ""
        return lines


def text(outcomes: Sequence[Outcome]) -> str:
    """Where and when they were found, and their table."""
    return _text({outcome.check: outcome.markdown() for outcome in outcomes})


def update(page: str, outcomes: Sequence[Outcome]) -> str:
    """Return the page with these outcomes in its table. The rows of other checks stay."""
    lines: dict[str, list[str]] = {}
    match = _MARKED.search(page)
    if match is None:
        raise ValueError("the page has no table between `<!-- table: measured -->` and `<!-- end of table -->`")
    check = ""
    for line in match[0].splitlines():
        check = first[1] if (first := _FIRST_ROW.match(line)) else check
        if check and line.startswith("|"):
            lines.setdefault(check, []).append(line)
    lines.update({outcome.check: outcome.markdown() for outcome in outcomes})
    return _MARKED.sub(lambda marks: f"{marks[1]}{_text(lines)}\n{marks[2]}", page)


def _text(lines: dict[str, list[str]]) -> str:
    described = machine.describe()
    table = [line for check in CHECKS for line in lines.get(check, ())]
    minutes = sum(int(first[2]) for line in table if (first := _FIRST_ROW.match(line))) / 60
    where = (
        f"{described['time'][:10]}, {described['processor']}, {described['processors']} processors, {minutes:.0f} minutes."
    )
    return "\n".join([where, "", _HEAD, *table])
