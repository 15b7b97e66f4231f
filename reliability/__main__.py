# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs checks, each in a process of its own, and leaves out/reliability/report.md with a table of what they found.

Without names it runs all of them in their short versions (`make reliability`). `kill=200` gives a check another amount,
`--long` all of them their long one. The exit code is 0 if every bound is kept.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import machine
from bench.suite import own_ros_domain
from reliability.checks import CHECKS, Check
from reliability.rows import TABLE_HEAD, Row

CHECKOUT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every bound is kept."""
    # A shell that starts a program in the background ignores the interrupt for it and all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        prog="python3 -m reliability", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = "\n".join(
        f"  {name:14} {check.about} ({check.short} or {check.long} {check.unit})" for name, check in CHECKS.items()
    )
    parser.epilog = f"checks, with the amounts of the short and the long version:\n{known}"
    parser.add_argument("checks", nargs="*", metavar="CHECK[=AMOUNT]", help="which to run (default: all)")
    parser.add_argument("--long", action="store_true", help="the long version of checks without an amount")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "out" / "reliability", metavar="FOLDER")
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)  # of the process that runs one check
    options = parser.parse_args(arguments)
    try:
        wanted = [_parse(text, options.long) for text in options.checks or CHECKS]
    except ValueError as error:
        parser.error(str(error))
    if options.rows:
        ((name, amount),) = wanted
        options.rows.write_text(json.dumps([asdict(row) for row in CHECKS[name].run(amount)]))
        return 0
    options.output.mkdir(parents=True, exist_ok=True)
    with own_ros_domain():
        sections = [(name, amount, _run(name, amount, CHECKS[name])) for name, amount in wanted]
    report = _report(sections)
    (options.output / "report.md").write_text(report)
    print(f"\n{report}\n{options.output / 'report.md'}")
    return int(not all(row.ok for _, _, rows in sections for row in rows))


def _parse(text: str, is_long: bool) -> tuple[str, int]:
    """The name and the amount of CHECK[=AMOUNT]."""
    name, given, amount = text.partition("=")
    if name not in CHECKS:
        raise ValueError(f"unknown check '{name}' (known: {', '.join(CHECKS)})")
    if not given:
        return name, CHECKS[name].long if is_long else CHECKS[name].short
    if not amount.isdecimal() or int(amount) == 0:
        raise ValueError(f"check '{name}': expected a number of {CHECKS[name].unit}, got '{amount}'")
    return name, int(amount)


def _run(name: str, amount: int, check: Check) -> list[Row]:
    """Run a check in a process of its own. Its failure is a row, too."""
    print(f"\n== {name}: {check.about}, {amount} {check.unit}", flush=True)
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hbm-reliability-") as folder:
        file = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "reliability", f"{name}={amount}", "--rows", str(file)]
        code = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
        rows = [Row(**row) for row in json.loads(file.read_text())] if file.is_file() else []
    if code != 0:
        rows.append(Row(f"the check `{name}` runs to its end", f"{amount} {check.unit}", f"exit code {code}", "0", False))
    for row in rows:
        print(f"{'ok    ' if row.ok else 'FAILED'} {row.what}: {row.result} (bound: {row.bound})")
    print(f"{name}: {time.monotonic() - started_s:.0f} s", flush=True)
    return rows


def _report(sections: Sequence[tuple[str, int, Sequence[Row]]]) -> str:
    described = machine.describe()
    lines = [
        "# Reliability",
        "",
        f"On {described['processor']}, {described['processors']} processors, {described['time']}.",
    ]
    for name, amount, rows in sections:
        lines += ["", f"## {CHECKS[name].about}", "", f"`python3 -m reliability {name}={amount}`", "", TABLE_HEAD]
        lines += [row.markdown() for row in rows]
    kept, total = (
        sum(condition(row) for _, _, rows in sections for row in rows) for condition in (lambda row: row.ok, bool)
    )
    lines += ["", f"{kept} of {total} bounds are kept."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
