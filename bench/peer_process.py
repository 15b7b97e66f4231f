# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A peer that is a program of its own: it answers each line on its standard input with a measurement."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType


class PeerProcess:
    """Starts the program once, so that what is measured is not its start."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict(environment or {}),
        )

    def measure(self) -> list[float]:
        """The numbers of one measurement."""
        self.ask("go")
        return self.answer()

    def ask(self, line: str) -> None:
        """Let the program begin a measurement."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def answer(self) -> list[float]:
        """Wait for the numbers of the measurement that was asked for."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"peer {self._process.args!r} ended with exit code {self._process.wait()}")
        return [float(number) for number in line.split()]

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
