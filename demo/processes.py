# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's other processes. Each runs in a group of its own, and whatever happens, its group ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LAUNCH = ("ros2", "launch", "--noninteractive", str(Path(__file__).parent / "demo.launch.py"))
NODE = "/hbm_inference"
# What each signal is given before the next, harder one.
_PATIENCE_S = ((signal.SIGINT, 6.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0))
_POLL_S = 0.05
_TELLING = ("ERROR", "FATAL", "Error", "died")
# Discovery may take longer than one call of `ros2 param` waits.
_ATTEMPTS = 5

_is_interrupted = False


class DemoError(RuntimeError):
    """The demo failed. The text says at what and where to look."""


class Interrupted(Exception):
    """The user has interrupted the demo."""


def notice_interrupts() -> None:
    """From now on, SIGINT and SIGTERM end the next `pause`. Nothing is cut short, so what was started is always ended."""

    def note(*_: object) -> None:
        global _is_interrupted
        _is_interrupted = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)


def pause(seconds: float) -> None:
    """Wait.

    Raises:
        Interrupted: the user does not want to wait any longer.
    """
    end_s = time.monotonic() + seconds
    while not _is_interrupted and (left_s := end_s - time.monotonic()) > 0:
        time.sleep(min(left_s, _POLL_S))
    if _is_interrupted:
        raise Interrupted


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"demo: {text}", flush=True)


class ProcessGroup:
    """Runs a command in a process group of its own, with its output in a file. Use it as a context manager."""

    def __init__(self, command: Sequence[str], log_file: Path, environment: Mapping[str, str]) -> None:
        self.log_file = log_file
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
        """Wait until the command has ended by itself, but not longer than `limit_s`.

        Raises:
            Interrupted: see `pause`.
        """
        deadline_s = time.monotonic() + limit_s
        while self.exit_code is None and time.monotonic() < deadline_s:
            pause(_POLL_S)

    def wait_until(self, condition: Callable[[], bool], limit_s: float, otherwise: str) -> None:
        """Wait for something that the processes do.

        Args:
            condition: whether they have done it.
            limit_s: how long that may take.
            otherwise: what the error says if it takes longer.

        Raises:
            DemoError: the limit is over, or the command has ended.
            Interrupted: see `pause`.
        """
        deadline_s = time.monotonic() + limit_s
        while not condition():
            if self.exit_code is not None:
                raise self.failure("a node ended too early")
            if time.monotonic() > deadline_s:
                raise self.failure(f"{otherwise} within {limit_s:.0f} s")
            pause(_POLL_S)

    def output(self) -> str:
        """What the processes have printed so far."""
        return self.log_file.read_text(errors="replace")

    def failure(self, text: str) -> DemoError:
        """Return the error that says `text` and shows the end of the output, its errors where it has some."""
        lines = self.output().splitlines()
        telling = [line for line in lines if any(word in line for word in _TELLING)]
        tail = "\n".join(f"  {line}" for line in (telling or lines)[-12:])
        return DemoError(f"{text}. The output of the processes is in {self.log_file}, its end:\n{tail}")

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
                time.sleep(_POLL_S)

    def _signal_group(self, number: int) -> bool:
        """Send a signal to the group; False where nobody is left in it."""
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True


def run(command: Sequence[str], environment: Mapping[str, str], limit_s: float) -> tuple[int, str]:
    """Run a command to its end. Return its exit code and its output.

    Raises:
        DemoError: it takes longer than `limit_s`.
        Interrupted: see `pause`.
    """
    with tempfile.TemporaryDirectory(prefix="hbm-demo-") as folder:
        with ProcessGroup(command, Path(folder) / "output.txt", environment) as process:
            process.wait(limit_s)
            if process.exit_code is None:
                raise DemoError(f"`{' '.join(command)}` did not end within {limit_s:.0f} s. Its output:\n{process.output()}")
        return process.exit_code or 0, process.output()


class ParameterChange(NamedTuple):
    """A command and its answer."""

    command: str
    answer: str
    accepted: bool


def set_parameter(name: str, value: int, limit_s: float) -> ParameterChange:
    """Set a parameter of the inference node as a user would, with `ros2 param set`, and show the command.

    Raises:
        DemoError: the command does not end within `limit_s`.
        Interrupted: see `pause`.
    """
    from hbm_runtime_ros.compat import param_set_timeout

    # Without the daemon, which would outlive the demo.
    command = ["ros2", "param", "set", "--no-daemon", *param_set_timeout(round(limit_s / 3)), NODE, name, str(value)]
    say(f"  $ {' '.join(command)}")
    answer = ""
    for _ in range(_ATTEMPTS):
        answer = " ".join(run(command, os.environ, limit_s)[1].split())
        if not any(word in answer for word in ("not found", "timed out")):
            break
    return ParameterChange(" ".join(command), answer, "successful" in answer)
