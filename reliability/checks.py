# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The checks by their names. A new one is a function that takes an amount and returns rows, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from reliability.rows import Row


class Check(NamedTuple):
    """A check.

    Attributes:
        about: what it does to the system, a heading.
        function: MODULE.FUNCTION in this folder; it takes the amount and returns the rows.
        short: amount of `make reliability`.
        long: amount of a thorough run.
        unit: of the amount, plural.
    """

    about: str
    function: str
    short: int
    long: int
    unit: str

    def run(self, amount: int) -> Sequence[Row]:
        """Do it. Raises what the check raises where it cannot even be made."""
        module, _, name = self.function.partition(".")
        function: Callable[[int], Sequence[Row]] = getattr(import_module(f"reliability.{module}"), name)
        return function(amount)


CHECKS = {
    "kill": Check("The node is killed", "kills.survive_kills", 20, 200, "kills"),
    "kill_pack": Check("`hbm pack` is killed", "kills.survive_pack_kills", 30, 200, "kills"),
    "signals": Check("The node gets signals while it starts", "signals.signal_everywhere", 25, 200, "moments"),
    "returns": Check("Camera, device and middleware disappear and return", "returns.lose_everything", 1, 6, "times"),
    "few_resources": Check("Hosts with few resources", "few_resources.run_everywhere", 10, 100, "results"),
    "load": Check("Three times the capacity", "load.overload", 20, 600, "seconds"),
    "pictures": Check("Many and large pictures", "load.many_pictures", 5, 60, "seconds"),
    "calls": Check("A program calls run() again and again", "calls.grow_with_calls", 1_000_000, 1_000_000, "calls"),
    "threads": Check("A program calls run() from 64 threads", "calls.call_from_threads", 1_000_000, 1_000_000, "calls"),
    "loads": Check("A program loads and unloads models", "calls.grow_with_loads", 1000, 1000, "loads"),
    "faults": Check("Every call can fail", "commands.fail_calls", 1, 10, "repetitions"),
    "hangs": Check("The device hangs", "commands.hang", 1, 10, "repetitions"),
    "fuzz": Check("Hostile bytes", "commands.fuzz", 10, 600, "seconds for each target"),
    "recordings": Check("Recordings of failed frames", "commands.replay_recordings", 20, 100, "recordings"),
    "soak": Check("Changing load", "commands.soak", 3, 60, "minutes"),
}
