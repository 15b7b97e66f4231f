# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The environment variables that the package reads: the one table of them, for `hbm doctor` and the documentation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One environment variable. Unset and empty mean the default, unless `meaning` says otherwise.

    Attributes:
        values: what it takes, as text; empty if `choices` or `limits` define it.
        default: the value if it is not set; empty: none.
        choices: the values that it takes.
        limits: smallest and largest integer that it takes.
    """

    name: str
    meaning: str
    default: str = ""
    values: str = ""
    choices: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None

    def describe_values(self) -> str:
        """What it takes, and the default: "`host` (default), `model`"."""
        if self.choices:
            return ", ".join(f"`{choice}`" + (" (default)" if choice == self.default else "") for choice in self.choices)
        text = f"{self.limits[0]} to {self.limits[1]}" if self.limits else self.values
        return f"{text} (default {self.default})" if self.default else text

    def problem(self, value: str) -> str | None:
        """What is wrong with a value; None if nothing is, or only its reader can check it."""
        if not value:
            return None
        if self.choices and value not in self.choices:
            return f"{self.name} must be one of {', '.join(self.choices)}, got '{value}'"
        if self.limits:
            low, high = self.limits
            try:
                if low <= int(value) <= high:
                    return None
            except ValueError:
                pass
            return f"{self.name} must be {low} to {high}, got '{value}'"
        return None


_TABLE = (
    Variable(
        "HBM_RUNTIME_BACKEND",
        "which libraries to open: the board's, the simulator's, or the board's where they are installed and else the "
        "simulator's",
        default="auto",
        choices=("auto", "bpu", "sim"),
    ),
    Variable(
        "HBM_RUNTIME_LIBRARY_DIR",
        "where the board's `libdnn.so` and `libhbucp.so` are",
        default="the loader's path, then `/usr/hobot/lib`",
        values="a folder",
    ),
    Variable("HBM_TRACEBACK", "the command `hbm` shows where in its code an error arose", choices=("1",)),
    Variable(
        "HBM_SIM_SOC",
        "the simulated board: 1, 1 or 4 BPU cores; dynamic strides aligned to 32, 32 or 64 bytes; 2, 2 or 4 GiB of "
        "device memory",
        default="s600",
        choices=("s100", "s100p", "s600"),
    ),
    Variable(
        "HBM_SIM_TIMING",
        "networks take as long as the PC computes, or never less than the latency that their file declares. Timed models "
        "always take theirs",
        default="host",
        choices=("host", "model"),
    ),
    Variable(
        "HBM_SIM_EXECUTION",
        "tasks run on the threads of the cores, or on the thread that submits them: no queue then, and no preemption",
        default="queued",
        choices=("queued", "inline"),
    ),
    Variable(
        "HBM_SIM_DISPATCH_AHEAD",
        "ordinary tasks that a core holds at a time, the running one included",
        default="3",
        limits=(1, 1024),
    ),
    Variable(
        "HBM_SIM_THREADS",
        "OpenVINO's threads for each simulated core",
        default="the processors, shared among the cores",
        limits=(1, 1024),
    ),
    Variable(
        "HBM_SIM_PRECISION",
        "networks compute in 32-bit floats, the same on every PC; or in what the processor does fastest, bfloat16 for "
        "instance, which about halves their time where it has that",
        default="exact",
        choices=("exact", "fast"),
    ),
    Variable(
        "HBM_SIM_CACHE_DIR",
        "where compiled networks are kept; empty: nowhere",
        default="`$XDG_CACHE_HOME/hbm_runtime/networks`, or that in `~/.cache`",
        values="a folder",
    ),
    Variable(
        "HBM_SIM_TRACE", "writes what ran on which core and when, for Perfetto and `chrome://tracing`", values="a file"
    ),
    Variable("HBM_SIM_FAULTS", "makes calls of the C API fail, hang or answer late", values="rules"),
    Variable("HB_UCP_MAX_TASK_NUM", "tasks that may exist at a time", default="32", limits=(1, 4096)),
    Variable(
        "HB_UCP_LOG_LEVEL",
        "what the simulator's libraries write to stderr: 0 is everything, 6 nothing. Python programs get failures as "
        "exceptions; they are also written only where the variable is set",
        default="3",
        limits=(0, 6),
    ),
)

VARIABLES: dict[str, Variable] = {variable.name: variable for variable in _TABLE}


def markdown_table() -> str:
    """The table of the documentation."""
    lines = ["| variable | values | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {variable.describe_values()} | {variable.meaning} |" for name, variable in VARIABLES.items()]
    return "\n".join(lines)
