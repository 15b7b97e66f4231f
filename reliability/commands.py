# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that the project has as commands of their own: each is a row that is kept if its command ends with exit code 0."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from reliability.rows import Row

CHECKOUT = Path(__file__).resolve().parent.parent
_BUILD = CHECKOUT / ".workspace/build/hbm_runtime_ros"
_SHOWN_CHARACTERS = 300


def fail_calls(repetitions: int) -> list[Row]:
    """The C++ tests that make each call of the C API and of OpenVINO and each allocation fail, one after the other."""
    tests = "runtime_awkward|out_of_memory|heap_test|openvino_faults"
    command = ["ctest", "--test-dir", str(_BUILD), "-R", tests, "--output-on-failure"]
    command += ["--no-tests=error", "--repeat", f"until-fail:{repetitions}"]
    return [_run("every call of the C API and every allocation may fail", f"{repetitions} times", command)]


def soak(minutes: int) -> list[Row]:
    """Node and runtime under changing load."""
    command = [sys.executable, "-m", "soak", "--minutes", str(minutes)]
    return [_run("nothing grows under changing load, and nothing unexpected happens", f"{minutes} minutes", command)]


def replay_recordings(count: int) -> list[Row]:
    """Frames that fail, and the replay of their recordings."""
    command = [sys.executable, "-m", "soak.recordings", "--count", str(count)]
    return [_run("the recording of a failed frame gives the same error again", f"{count} recordings", command)]


def fuzz(seconds: int) -> list[Row]:
    """Hostile bytes for everything that reads bytes from outside."""
    command = [sys.executable, "-m", "fuzz", "--seconds", str(seconds)]
    return [_run("no input crashes, hangs or takes more memory than its limit", f"{seconds} s for each target", command)]


def _run(what: str, amount: str, command: Sequence[str]) -> Row:
    done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, flush=True)
    result = "exit code 0"
    if done.returncode:
        result = f"exit code {done.returncode}: {done.stdout[-_SHOWN_CHARACTERS:]}"
    return Row(what, amount, result, "exit code 0", done.returncode == 0)
