# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rows as a table, in the terminal and in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_SIGNS = {"<=": "≤", ">=": "≥"}


def as_text(rows: Sequence[Mapping[str, Any]], failures: Mapping[str, str]) -> str:
    """A line a row, the misses marked."""
    lines = [f"{'row':30} {'value':>9} {'unit':6} {'goal':>8}  {'':6} {'quartiles':>15} {'load':>5}"]
    for row in rows:
        verdict = "pass" if row["pass"] else "MISSED"
        lines.append(
            f"{row['key']:30} {row['value']:9.3f} {row['unit']:6} {_goal(row):>8}  {verdict:6} {_quartiles(row):>15} "
            f"{row['load']:5.1f}"
        )
    lines += [f"{name:30} {'-':>9} {'':6} {'':>8}  FAILED" for name in failures]
    missed = [row["key"] for row in rows if not row["pass"]]
    lines.append(f"{len(rows) - len(missed)} of {len(rows) + len(failures)} goals met")
    if missed:
        lines.append(f"missed: {', '.join(missed)}")
    return "\n".join(lines)


def as_markdown(
    machine: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], failures: Mapping[str, str], plots: Sequence[Path]
) -> str:
    """The whole report."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    loads = [row["load"] for row in rows] or [0.0]
    lines = [
        "# Measurements",
        "",
        f"{machine['processor']}, {machine['processors']} processors, {machine['architecture']}, Linux {machine['kernel']}, "
        f"Python {machine['python']}, {versions}; {machine['time']}. "
        f"Load average before a row: {statistics.median(loads):.1f}, at most {max(loads):.1f}"
        + (": others were at work, and times are longer than they need be." if max(loads) > machine["processors"] else "."),
        "",
        "Made by `make bench`. One row alone: `. ./env.sh && python3 -m bench.<row>`.",
        "",
        "| row | what | value | quartiles | goal | |",
        "| --- | --- | --: | --: | --: | --- |",
    ]
    for row in rows:
        verdict = "met" if row["pass"] else "**missed**"
        lines.append(
            f"| `{row['key']}` | {row['what']} | {row['value']:.4g} {_unit(row)}| {_quartiles(row)} | {_goal(row)} | {verdict} |"
        )
    lines += [f"| `{name}` | | | | | **failed to run** |" for name in failures]
    for name, complaint in failures.items():
        lines += ["", f"`{name}` failed to run:", "", "```", complaint, "```"]
    for plot in plots:
        lines += ["", f"![{plot.stem.replace('_', ' ')}]({plot.name})"]
    return "\n".join(lines) + "\n"


def _goal(row: Mapping[str, Any]) -> str:
    return f"{_SIGNS[row['goal_is']]} {row['goal']:g}"


def _unit(row: Mapping[str, Any]) -> str:
    return "" if row["unit"] == "ratio" else f"{row['unit']} "


def _quartiles(row: Mapping[str, Any]) -> str:
    ratios = row["samples"].get("ratio", [])
    if len(ratios) < 4:
        return ""
    low, _, high = statistics.quantiles(ratios, n=4)
    return f"{low:.3g} – {high:.3g}"
