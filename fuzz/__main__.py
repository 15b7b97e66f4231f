# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzz targets, runs each for a while, and ends with a table. The exit code is 0 if nothing was found.

Started by `make fuzz` in the environment of env.sh. Inputs that reach new code are kept in .workspace/fuzz/corpus for the next
time; an input that shows a fault is left in .workspace/fuzz/findings and named.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from setup_environment.debian import install_packages
from setup_environment.pins import read_pins
from setup_environment.progress import Progress, SetupError

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent
HOME = CHECKOUT / ".workspace/fuzz"
BUILD = HOME / "build"
CPP = tuple(sorted(path.stem for path in FOLDER.glob("targets/*.cpp")))
PYTHON = tuple(sorted(path.stem for path in FOLDER.glob("python/[!_]*.py")))
# The same target in another environment.
VARIANTS: Mapping[str, tuple[str, Mapping[str, str]]] = {"c_api_threads": ("c_api", {"HBM_SIM_EXECUTION": "queued"})}
TARGETS = (*CPP, *VARIANTS, *PYTHON)
# An input of a few kilobytes that takes more memory in one piece, or in all, is a finding, and so is one of many seconds.
_LIMITS = ("-malloc_limit_mb=320", "-rss_limit_mb=1536", "-timeout=20", "-max_len=8192")
_FAULTS = {"ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
_STATUS = re.compile(r"^#(\d+)\s.*?cov: (\d+)")
_DONE = re.compile(r"^(?:Done|stat::number_of_executed_units:) *(\d+)")


class Result(NamedTuple):
    """What a run of a target came to."""

    target: str
    executions: int
    edges: int
    seconds: float
    finding: str


def build(targets: Sequence[str]) -> None:
    """Build the C++ targets with Clang, which is installed where it is missing."""
    HOME.mkdir(parents=True, exist_ok=True)
    progress = Progress("fuzz targets", HOME / "build.log")
    install_packages(read_pins()["debian.fuzz"], progress)
    compilers = {language: _newest(name) for language, name in (("C", "clang"), ("CXX", "clang++"))}
    options = [f"-DCMAKE_{language}_COMPILER={path}" for language, path in compilers.items()]
    options += ["-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only"]
    options += [f"-DPython3_EXECUTABLE={sys.executable}"]
    progress.run("configuring", ["cmake", "-S", str(FOLDER), "-B", str(BUILD), "-GNinja", *options])
    programs = [f"fuzz_{target}" for target in targets]
    progress.run("building", ["cmake", "--build", str(BUILD), "--target", *programs])
    progress.done("built")


def _newest(name: str) -> str:
    """The newest compiler of that name which Debian and Ubuntu have: clang, or clang-14 and its like."""
    found = [
        path for version in ("", *(f"-{number}" for number in range(21, 11, -1))) if (path := shutil.which(name + version))
    ]
    if not found:
        raise SetupError(f"{name} is not installed; install it with `apt-get install clang`")
    return found[0]


def run_cpp(target: str, seconds: float) -> Result:
    """Run a libFuzzer program for some seconds."""
    program, environment = VARIANTS.get(target, (target, {}))
    corpus, findings = HOME / "corpus" / program, HOME / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    command = [str(BUILD / f"fuzz_{program}"), *_LIMITS, f"-max_total_time={max(1, round(seconds))}", "-print_final_stats=1"]
    command.append(f"-artifact_prefix={findings / target}-")
    dictionary = FOLDER / "dictionaries" / f"{program}.txt"
    if dictionary.is_file():
        command.append(f"-dict={dictionary}")
    command += [str(folder) for folder in (corpus, FOLDER / "corpus" / program) if folder.is_dir()]
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        env=os.environ | _FAULTS | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    executions = edges = 0
    assert process.stdout is not None
    with (HOME / f"{target}.log").open("w") as log:
        for line in process.stdout:
            log.write(line)
            if match := _STATUS.match(line):
                executions, edges = int(match[1]), int(match[2])
                _show(target, executions, edges, time.monotonic() - started)
            elif match := _DONE.match(line):
                executions = max(executions, int(match[1]))
    failed = process.wait() != 0
    finding = f"{HOME / f'{target}.log'}, input in {findings}" if failed else ""
    return Result(target, executions, edges, time.monotonic() - started, finding)


def run_python(target: str, seconds: float) -> Result:
    """Run a module of fuzz/python for some seconds."""
    from fuzz.python import _engine

    started = time.monotonic()
    executions = 0
    finding = ""
    for executions, failure in _engine.executions_of(target, seconds):
        _show(target, executions, 0, time.monotonic() - started)
        finding = failure or finding
    return Result(target, executions, 0, time.monotonic() - started, finding)


def _show(target: str, executions: int, edges: int, seconds: float) -> None:
    if sys.stdout.isatty():
        print(f"\r{target:16} {executions:>12,} executions  {edges:>6,} edges  {seconds:5.0f} s ", end="", flush=True)


def table(results: Sequence[Result]) -> str:
    """Return the results as a table in Markdown."""
    rows = ["| target | executions | edges | seconds | findings |", "| --- | ---: | ---: | ---: | --- |"]
    rows += [
        f"| {each.target} | {each.executions:,} | {each.edges or '-'} | {each.seconds:.0f} | {each.finding or 'none'} |"
        for each in results
    ]
    rows.append(f"| all | {sum(each.executions for each in results):,} | | {sum(each.seconds for each in results):.0f} | |")
    return "\n".join(rows)


def main() -> int:
    """Return 0 if nothing was found, 1 if something was, 2 for wrong arguments or a failed build."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="for each target (default: 60)")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (default: all)")
    arguments = parser.parse_args()
    targets = arguments.targets or TARGETS
    if unknown := [name for name in targets if name not in TARGETS]:
        parser.error(f"unknown target '{unknown[0]}' (known: {', '.join(TARGETS)})")
    programs = sorted({VARIANTS.get(name, (name,))[0] for name in targets} & set(CPP))
    try:
        if programs:
            build(programs)
    except SetupError as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return 2
    results = []
    for target in targets:
        results.append((run_python if target in PYTHON else run_cpp)(target, arguments.seconds))
        print(
            f"\r{target:16} {results[-1].executions:>12,} executions in {results[-1].seconds:.0f} s: "
            f"{results[-1].finding or 'nothing found'}",
            flush=True,
        )
    print("\n" + table(results))
    return int(any(each.finding for each in results))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nfuzz: interrupted", file=sys.stderr)
        sys.exit(130)
