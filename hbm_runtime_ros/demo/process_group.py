# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program and everything it starts, which end together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# What each signal is given before the next, harder one.
_PATIENCE_S = ((signal.SIGINT, 6.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0))


class ProcessGroup:
    """Runs a command in a process group of its own, with its output in a file. Use it as a context manager."""

    def __init__(self, command: Sequence[str], log_file: Path, environment: Mapping[str, str]) -> None:
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> ProcessGroup:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def exit_code(self) -> int | None:
        """Exit code of the command, None while it runs."""
        return self._process.poll()

    def wait(self, limit_s: float) -> None:
        """Wait until the command has ended by itself, but not longer than `limit_s`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(limit_s)

    def stop(self) -> None:
        """End the command and whatever of its group is left."""
        for number, patience_s in _PATIENCE_S:
            # The command passes an interrupt on to its children itself; the harder signals go to all of them.
            if number is signal.SIGINT:
                if self._process.poll() is None:
                    self._process.send_signal(number)
            elif not self._signal_group(number):
                return
            deadline_s = time.monotonic() + patience_s
            while time.monotonic() < deadline_s:
                self._process.poll()
                if not self._signal_group(0):
                    return
                time.sleep(0.05)

    def _signal_group(self, number: int) -> bool:
        """Send a signal to the group; False where nobody is left in it."""
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True
