# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that the project has as commands of their own: tests, `make fuzz`, `make recordings` and `make soak`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reliability.rows import Row, all_succeed

CHECKOUT = Path(__file__).resolve().parent.parent
_BUILD = CHECKOUT / ".workspace/build/hbm_runtime_ros"
_SOAK_SUMMARY = CHECKOUT / "out/reliability/soak/summary.json"
_SHOWN_CHARACTERS = 300
# Of GoogleTest and of pytest -rA.
_PASSED = re.compile(r"\[       OK \] |^PASSED ", re.MULTILINE)
_FAILED = re.compile(r"\[  FAILED  \] (\w[\w/]*\.[\w./]+)|^(?:FAILED|ERROR) (.+?)(?: - |$)", re.MULTILINE)
_INJECTED = re.compile(r"(\d+) failures injected")


class Counts(NamedTuple):
    """What tests have printed: how many passed, how many failures they injected, and which of them failed."""

    passed: int
    injected: int
    failed: list[str]


class Tests(NamedTuple):
    """Tests of C++ and of Python that make the same kind of thing go wrong.

    Attributes:
        what: they show.
        cpp: names of programs, a regular expression of ctest.
        cpp_filter: of the tests in these programs, as GoogleTest has them.
        python: files of pytest.
    """

    what: str
    cpp: str = ""
    cpp_filter: str = "*"
    python: Sequence[str] = ()

    def run(self, repetitions: int) -> Counts:
        """Run them so many times."""
        passed = injected = 0
        failed: set[str] = set()
        for _ in range(repetitions):
            for output, code in self._run_once():
                passed += len(_PASSED.findall(output))
                injected += sum(map(int, _INJECTED.findall(output)))
                names = {cpp or python for cpp, python in _FAILED.findall(output)}
                failed |= names or ({f"exit code {code}"} if code else set())
        return Counts(passed, injected, sorted(failed))

    def _run_once(self) -> Iterator[tuple[str, int]]:
        if self.cpp:
            command = ["ctest", "--test-dir", str(_BUILD), "--no-tests=error", "-V", "-R", self.cpp]
            yield _run(command, GTEST_FILTER=self.cpp_filter)
        # Each on its own: tests of test/core and of test/ros cannot be collected together.
        for file in self.python:
            yield _run([sys.executable, "-m", "pytest", "-rA", file])


_FAULTS = (
    Tests("failing calls of the C API, survived", cpp="^runtime_awkward_test$", cpp_filter="*EveryCallCanFailTest*"),
    Tests("failing allocations of memory, survived", cpp="out_of_memory|heap_test"),
    Tests(
        "failing writes to a disk that is full, survived",
        cpp="^dnn_network_cache_test$",
        python=("test/core/test_disk_full.py", "test/ros/monitoring/test_frame_trace.py"),
    ),
    Tests("failing calls of OpenVINO, survived", cpp="openvino_faults"),
    Tests("failing calls of rcl, survived", python=("test/ros/test_rcl_faults.py",)),
)
_HANGS = (
    Tests(
        "hangs of the device from which a program has recovered",
        cpp="^runtime_awkward_test$",
        cpp_filter="HangingDeviceTest.*",
        python=("test/core/test_hanging_device.py",),
    ),
    Tests("hangs of the device from which the node has recovered", python=("test/ros/test_hanging_device.py",)),
)


def fail_calls(repetitions: int) -> list[Row]:
    """Let each call and each allocation fail, one after the other."""
    rows = []
    for tests in _FAULTS:
        _, injected, failed = tests.run(repetitions)
        amount = f"{injected // repetitions:,} positions × {repetitions}"
        rows.append(all_succeed(tests.what, amount, injected + len(failed), failed))
    return rows


def hang(repetitions: int) -> list[Row]:
    """Let the device hang at each place of its work."""
    rows = []
    for tests in _HANGS:
        passed, _, failed = tests.run(repetitions)
        hangs = passed + len(failed)
        rows.append(all_succeed(tests.what, f"{hangs // repetitions} hangs × {repetitions}", hangs, failed))
    return rows


def fuzz(seconds: int) -> list[Row]:
    """Give hostile bytes to everything that reads bytes from outside."""
    output, _ = _run([sys.executable, "-m", "fuzz", "--seconds", str(seconds)])
    output = output.replace(f"{CHECKOUT}/", "")
    executions = re.search(r"^\| all \| ([\d,]+)", output, re.MULTILINE)
    targets = re.findall(r"^(\w+) +[\d,]+ executions in \d+ s: (.*)", output, re.MULTILINE)
    failures = [f"{target}: {finding}" for target, finding in targets if finding != "nothing found"]
    if executions is None:
        failures.append(output[-_SHOWN_CHARACTERS:])
    what = "fuzzed inputs that neither crash, hang nor take more memory than allowed"
    total = int(executions[1].replace(",", "")) if executions else 0
    return [all_succeed(what, f"{len(targets)} targets, {seconds} s each", total, failures)]


def replay_recordings(count: int) -> list[Row]:
    """Let frames fail, and replay their recordings."""
    output, _ = _run([sys.executable, "-m", "soak.recordings", "--count", str(count)])
    counted = re.search(r"^(\d+) of (\d+) recordings reproduce their error$", output, re.MULTILINE)
    failures = [output[-_SHOWN_CHARACTERS:]] if counted is None or counted[1] != counted[2] else []
    total = int(counted[2]) if counted else 0
    return [
        all_succeed("recordings of a failed frame that give the same error again", f"{count} recordings", total, failures)
    ]


def soak(minutes: int) -> list[Row]:
    """Let node and runtime run under changing load, and judge what grows."""
    amount = f"{minutes} minutes"
    _SOAK_SUMMARY.unlink(missing_ok=True)
    output, _ = _run([sys.executable, "-m", "soak", "--minutes", str(minutes), "--output", str(_SOAK_SUMMARY.parent)])
    if not _SOAK_SUMMARY.is_file():
        return [Row("changing load", amount, output[-_SHOWN_CHARACTERS:], "a report", False)]
    summary = json.loads(_SOAK_SUMMARY.read_text())
    rows = [
        Row(
            f"growth of {slope['name']}, per hour",
            amount,
            "{:+.2f}, from {:+.2f} to {:+.2f} with 95 % confidence".format(
                *(round(slope[name], 2) + 0.0 for name in ("per_hour", "low", "high"))  # no -0.00
            ),
            f"at most {slope['tolerance']:.3g}, or the interval contains 0",
            not slope["grows"],
        )
        for slope in summary["slopes"]
    ]
    counts = ", ".join(f"{count:,} {name}" for name, count in summary["counts"].items())
    problems = summary["problems"]
    result = f"{len(problems)}" + (f": {problems[0]}"[:_SHOWN_CHARACTERS] if problems else "")
    return [*rows, Row("errors that nothing explains", f"{amount}: {counts}", result, "0", not problems)]


def _run(command: Sequence[str], **environment: str) -> tuple[str, int]:
    """What a command prints, which is printed meanwhile, and its exit code."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines), process.returncode
