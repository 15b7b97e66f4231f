# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs checks, each in a process of its own, and leaves out/reliability/report.md with a table of what they found.

Without names it runs all of them in their short versions (`make reliability`). `kill=200` gives a check another amount,
`--long` all of them their long one. The exit code is 0 if every bound is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.suite import own_ros_domain
from hbm_runtime_core.whole_file import write_whole_text
from reliability import report
from reliability.checks import CHECKS, Check
from reliability.rows import Row

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "reliability.md"
# A check that takes longer in its short version hangs; one of ten times the amount may take ten times as long.
_LIMIT_S = 900.0
_INTERRUPT_LIMIT_S = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every bound is kept, 130 after an interrupt."""
    # A shell that starts a program in the background ignores the interrupt for it and all that it starts.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        prog="python3 -m reliability", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = "\n".join(
        f"  {name:14} {check.about} ({check.short} or {check.long} {check.unit})" for name, check in CHECKS.items()
    )
    parser.epilog = f"checks, with the amounts of the short and the long version:\n{known}"
    parser.add_argument("checks", nargs="*", metavar="CHECK[=AMOUNT]", help="which to run (default: all)")
    parser.add_argument("--long", action="store_true", help="the long version of checks without an amount")
    parser.add_argument("--document", action="store_true", help=f"write what was found into {PAGE.relative_to(CHECKOUT)}")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "out" / "reliability", metavar="FOLDER")
    parser.add_argument("--rows", type=Path, help=argparse.SUPPRESS)  # of the process that runs one check
    options = parser.parse_args(arguments)
    try:
        wanted = [_parse(text, options.long) for text in options.checks or CHECKS]
    except ValueError as error:
        parser.error(str(error))
    if options.document and any(amount != CHECKS[name].short for name, amount in wanted):
        parser.error("--document cannot be combined with other amounts than those of the short versions")
    if options.rows:
        ((name, amount),) = wanted
        options.rows.write_text(json.dumps([asdict(row) for row in CHECKS[name].run(amount)]))
        return 0
    outcomes: list[report.Outcome] = []
    is_complete = False
    with contextlib.suppress(KeyboardInterrupt), own_ros_domain():
        for index, (name, amount) in enumerate(wanted, 1):
            print(f"\n== {index} of {len(wanted)}, {name}: {CHECKS[name].about}, {amount} {CHECKS[name].unit}", flush=True)
            outcomes.append(_run(name, amount, CHECKS[name]))
        is_complete = True
    rows = [row for outcome in outcomes for row in outcome.rows]
    table = report.text(outcomes)
    options.output.mkdir(parents=True, exist_ok=True)
    write_whole_text(options.output / "report.md", f"# Reliability\n\n{table}\n")
    print(f"\n{table}\n\n{sum(row.ok for row in rows)} of {len(rows)} bounds are kept")
    if not is_complete:
        print("reliability: interrupted", file=sys.stderr)
        return 130
    if options.document:
        write_whole_text(PAGE, report.update(PAGE.read_text(), outcomes))
    print(PAGE if options.document else options.output / "report.md")
    return int(not all(row.ok for row in rows))


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


def _run(name: str, amount: int, check: Check) -> report.Outcome:
    """Run a check in a process of its own. Its failure is a row, too."""
    started_s = time.monotonic()
    limit_s = _LIMIT_S * max(1.0, amount / check.short)
    with tempfile.TemporaryDirectory(prefix="hbm-reliability-") as folder:
        file = Path(folder) / "rows.json"
        ending = _end_of([sys.executable, "-m", "reliability", f"{name}={amount}", "--rows", str(file)], limit_s)
        rows = [Row(**row) for row in json.loads(file.read_text())] if file.is_file() else []
    if ending != "exit code 0":
        rows.append(Row(f"the check `{name}` runs to its end", f"{amount} {check.unit}", ending, "exit code 0", False))
    for row in rows:
        print(f"{'ok    ' if row.ok else 'FAILED'} {row.what}: {row.result} (bound: {row.bound})")
    seconds = time.monotonic() - started_s
    print(f"{name}: {seconds:.0f} s", flush=True)
    return report.Outcome(name, amount, seconds, rows)


def _end_of(command: Sequence[str], limit_s: float) -> str:
    """Run a command, and return its exit code as text, or that it did not end. Nothing that it started runs afterwards."""
    # In a session of its own, so that an interrupt of the terminal reaches it once, from here.
    with subprocess.Popen(command, cwd=CHECKOUT, start_new_session=True) as process:
        try:
            return f"exit code {process.wait(limit_s)}"
        except subprocess.TimeoutExpired:
            return f"it did not end within {limit_s:.0f} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_INTERRUPT_LIMIT_S)
                os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # of the process that runs one check
        sys.exit(130)
